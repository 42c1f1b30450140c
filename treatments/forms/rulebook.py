"""A rule as a manager changes it: on or off, how much it weighs, its numbers, and the signature."""

from collections.abc import Mapping
from typing import Any

from django import forms

from treatments.domain.rule_numbers import numbers_of, with_numbers
from treatments.domain.rules.records import BadRule, rule_from
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.domain.spine import Region
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


class TryRuleForm(forms.Form):
    """On whom to try a rule: a record number, a treatment, a day."""

    record_number = forms.IntegerField(min_value=1, max_value=2**31, label="Record number")
    treatment = forms.SlugField(max_length=60, label="Treatment", widget=forms.Select)
    region = forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *((r.value, r.value.capitalize()) for r in Region)],
        label="Region",
    )
    on = forms.DateField(input_formats=["%Y-%m-%d"], label="Day")

    def __init__(self, *args: Any, treatments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["treatment"] = forms.ChoiceField(choices=treatments, label="Treatment")
        self.fields["on"].widget = forms.DateInput(attrs={"type": "date"})
