"""How somebody is: the questions of the red flags, their own words, and their scores."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from treatments.actions.alarms import LONGEST_WORDS, SHORTEST_OUTCOME, Told
from treatments.domain.instruments import Definition
from treatments.models import ToldBy
from treatments.queries.alarms import Question


class ProblemForm(forms.Form):
    """What somebody said on the phone: at least one sign, or words."""

    all_optional = True

    flags = forms.MultipleChoiceField(
        label="What did they say yes to?", required=False, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label="In their words",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, asked: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        field: Any = self.fields["flags"]
        field.choices = [(one.key, one.words) for one in asked]

    def clean(self) -> dict[str, Any]:
        """Something must have been said."""
        said = super().clean() or {}
        if not self.errors and not said.get("flags") and not said.get("words", "").strip():
            self.add_error("words", "Tick what they said yes to, or write what is wrong.")
        return said

    def told(self) -> Told:
        """What was said. Call it only when the form is valid."""
        return Told(
            flags=frozenset(self.cleaned_data["flags"]),
            words=self.cleaned_data["words"],
            asked=tuple(one.key for one in self.asked),
            told_by=ToldBy.CALL,
        )


class AnswerForm(forms.Form):
    """The page of a link: yes or no to every sign, a number for every question of a scale.

    Every sign must be answered: a page that was sent half read says nothing. What may stay open is
    not marked as such, so that nobody wonders about it.
    """

    all_optional = True

    words = forms.CharField(
        label=gettext_lazy("Is there anything else you want to tell us?"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        asked: Sequence[Question],
        scales: Iterable[tuple[int, Definition]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.scales = asked, list(scales)
        say = _("Please answer this question: yes or no.")
        missing = {"required": say, "invalid_choice": say}
        for one in asked:
            self.fields[f"flag-{one.key}"] = forms.ChoiceField(
                label=one.words,
                choices=[("no", _("No")), ("yes", _("Yes"))],
                widget=forms.RadioSelect,
                error_messages=missing,
            )
        for pk, definition in self.scales:
            for item in definition.items:
                self.fields[f"score-{pk}-{item.id}"] = _scale(item, missing)

    @property
    def flag_fields(self) -> list[forms.BoundField]:
        """The signs, in the order they are asked."""
        return [self[f"flag-{one.key}"] for one in self.asked]

    @property
    def score_fields(self) -> list[forms.BoundField]:
        """The scales."""
        return [self[name] for name in self.fields if name.startswith("score-")]

    def told(self) -> Told:
        """What was said about signs. Call it only when the form is valid."""
        said = self.cleaned_data
        return Told(
            flags=frozenset(q.key for q in self.asked if said[f"flag-{q.key}"] == "yes"),
            words=said["words"],
            asked=tuple(one.key for one in self.asked),
            told_by=ToldBy.LINK,
        )

    def scores(self) -> dict[int, dict[str, int]]:
        """Numbers by questionnaire and item, of what was answered. Only when the form is valid."""
        found: dict[int, dict[str, int]] = {}
        for pk, definition in self.scales:
            for item in definition.items:
                value = self.cleaned_data[f"score-{pk}-{item.id}"]
                if value != "":
                    found.setdefault(pk, {})[item.id] = int(value)
        return found


class OutcomeForm(forms.Form):
    """What a physician did about an alarming answer."""

    outcome = forms.CharField(
        label="What was done",
        min_length=SHORTEST_OUTCOME,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stays on record. The desk's call and the findings close with it.",
    )


def _scale(item: Any, missing: dict[str, str]) -> forms.ChoiceField:
    spanish = get_language() == "es"
    text = (spanish and item.text_es) or item.text
    ends = (
        (spanish and item.low_es) or item.low,
        (spanish and item.high_es) or item.high,
    )
    help_text = f"{item.minimum} = {ends[0]}, {item.maximum} = {ends[1]}" if all(ends) else ""
    return forms.ChoiceField(
        label=text,
        required=False,
        choices=[(str(number), str(number)) for number in item.choices],
        widget=forms.RadioSelect,
        help_text=help_text,
        error_messages=missing,
    )
