"""What is written into a hold plan."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from treatments.domain.hold_plan import Held


def _revision() -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=2**31, widget=forms.HiddenInput)


class PrescriberForm(forms.Form):
    """Who agreed that it may be stopped, and in which words."""

    revision = _revision()
    prescriber = forms.CharField(max_length=150, label="Who agreed")
    words = forms.CharField(
        max_length=500, required=False, label="What they said, and how it came (letter, phone)"
    )


class ApproveForm(forms.Form):
    """Exactly what the person is told."""

    revision = _revision()
    instructions = forms.CharField(
        max_length=4000,
        label="What the person is told",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="They are told nothing before you approve it.",
    )


class LastDosesForm(forms.Form):
    """When each drug was taken last, as the person says on the day."""

    revision = _revision()

    def __init__(self, *args: Any, rows: Sequence[Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys = {f"dose-{row.key}": row.key for row in rows}
        for row in rows:
            self.fields[f"dose-{row.key}"] = forms.DateField(
                required=False,
                label=row.label,
                input_formats=["%Y-%m-%d"],
                initial=row.told_last_dose,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    def told(self) -> dict[str, date | None]:
        """By the key of the drug."""
        return {key: self.cleaned_data[name] for name, key in self._keys.items()}
