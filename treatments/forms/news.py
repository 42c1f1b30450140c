"""A newsletter, as a manager writes it."""

from typing import Any

from django import forms

LONGEST = 20_000


class NewsletterForm(forms.Form):
    """A title and a text in both languages, and about what it is."""

    title_en = forms.CharField(
        label="Title in English", max_length=120, help_text="The subject of the mail."
    )
    body_en = forms.CharField(
        label="Text in English", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 10})
    )
    title_es = forms.CharField(label="Title in Spanish", max_length=120)
    body_es = forms.CharField(
        label="Text in Spanish", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 10})
    )
    causes = forms.MultipleChoiceField(
        label="For people with",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None means everybody who agreed to get news.",
    )

    def __init__(self, *args: Any, causes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["causes"].choices = causes  # type: ignore[attr-defined]
