"""A rule as a manager changes it: on or off, how much it weighs, its numbers, and the signature."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from treatments.domain.rule_numbers import numbers_of, with_numbers
from treatments.domain.rules.records import BadRule, rule_from
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.domain.spine import INTERSPACES, ROOTS, VERTEBRAE, Laterality, Region
from treatments.models.rule import SEVERITIES


class RulebookSearchForm(forms.Form):
    """Which rules are wanted."""

    family = forms.ChoiceField(
        required=False, choices=[("", "All families"), *RULE_FAMILIES.items()], label="Family"
    )
    is_on = forms.ChoiceField(
        required=False, choices=[("", "On and off"), ("yes", "On"), ("no", "Off")], label="State"
    )
    q = forms.CharField(required=False, max_length=100, label="Words")

    def wanted(self) -> dict[str, Any]:
        """What narrows the rulebook; call it after the form was checked."""
        said = self.cleaned_data
        is_on = {"yes": True, "no": False}.get(said["is_on"])
        return {"family": said["family"], "text": said["q"], "is_on": is_on}


class RuleForm(forms.Form):
    """What may be changed of a record. Its other words are another rule."""

    severity = forms.ChoiceField(
        choices=SEVERITIES, widget=forms.RadioSelect, label="When it fires, it"
    )
    is_on = forms.BooleanField(required=False, label="Switched on")
    note = forms.CharField(
        min_length=5,
        max_length=500,
        label="Why, and on whose word",
        help_text="Signed with your name, and kept for ever.",
    )
    seen = forms.IntegerField(min_value=1, max_value=2**31, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Mapping[str, Any], seen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._record = record
        self.fields["severity"].initial = record["severity"]
        self.fields["is_on"].initial = record.get("is_on", True)
        self.fields["seen"].initial = seen
        self.numbers = {}
        for number in numbers_of(record.get("params", {})):
            name = f"number-{number.path}"
            self.numbers[name] = number.path
            self.fields[name] = forms.CharField(
                max_length=20, label=number.label, initial=str(number.value)
            )

    def number_fields(self) -> list[Any]:
        """The numbers, as they are drawn."""
        return [self[name] for name in self.numbers]

    def clean(self) -> dict[str, Any]:
        """Every complaint of the record beside its number."""
        told: dict[str, Any] = super().clean() or {}
        try:
            rule_from(self.record())
        except BadRule as bad:
            for item in bad.complaints:
                name = f"number-{item.field.removeprefix('params.')}"
                self.add_error(name if name in self.fields else None, item.text)
        return told

    def record(self) -> dict[str, Any]:
        """The record as it would be."""
        told = {
            path: str(self.cleaned_data[name])
            for name, path in self.numbers.items()
            if name in self.cleaned_data
        }
        return with_numbers(self._record, told) | {
            "severity": self.cleaned_data.get("severity", self._record["severity"]),
            "is_on": self.cleaned_data.get("is_on", False),
        }


LEVELS = frozenset({*VERTEBRAE, *INTERSPACES, *ROOTS, "SI"})
# Further away no rule is tried, and the calendar would end.
_FURTHEST = timedelta(days=3653)


def near(day: date) -> date:
    """The day, unless it is absurdly far away. Raises `ValidationError`."""
    if abs(day - timezone.localdate()) > _FURTHEST:
        raise forms.ValidationError("This day is too far away.")
    return day


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


class TryRuleForm(forms.Form):
    """On whom to try a rule: a record number, a treatment, a day."""

    record_number = forms.IntegerField(min_value=1, max_value=2**31, label="Record number")
    treatment = forms.SlugField(max_length=60, label="Treatment", widget=forms.Select)
    region = forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *((r.value, r.value.capitalize()) for r in Region)],
        label="Region",
    )
    levels = forms.CharField(
        required=False, max_length=200, label="Levels", help_text="Such as L4-L5, L5-S1."
    )
    side = forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *((s.value, s.value.capitalize()) for s in Laterality)],
        label="Side",
    )
    drugs = forms.CharField(
        required=False,
        max_length=200,
        label="Drugs",
        help_text="Keys of the catalogue, such as methylprednisolone.",
    )
    on = forms.DateField(input_formats=["%Y-%m-%d"], label="Day")

    def clean_on(self) -> date:
        """A day that somebody may book for, or booked for. Raises `ValidationError`."""
        return near(self.cleaned_data["on"])

    def clean_levels(self) -> frozenset[str]:
        """Levels that there are. Raises `ValidationError`."""
        levels = frozenset(word.upper() for word in _words(self.cleaned_data["levels"]))
        if strange := sorted(levels - LEVELS):
            raise forms.ValidationError(f"There is no level {', '.join(strange)}.")
        return levels

    def clean_drugs(self) -> tuple[str, ...]:
        """The keys, in their order."""
        return tuple(word.casefold() for word in _words(self.cleaned_data["drugs"]))

    def __init__(self, *args: Any, treatments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"] = forms.ChoiceField(choices=treatments, label="Treatment")
        self.fields["on"].widget = forms.DateInput(attrs={"type": "date"})
