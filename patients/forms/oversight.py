"""What is looked for in the read log."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from clinic.accounts.roles import Purpose, Role
from clinic.audit.models import ReadKind
from patients.forms.agreements import day
from patients.queries.oversight import ReadFilter

ANY = ("", "Any")


def near(value: date) -> None:
    """Refuses days with which no calendar can reckon."""
    if not 2000 <= value.year <= 2200:
        raise forms.ValidationError("There is no log of that time.")


class ReadFilterForm(forms.Form):
    """A field for each column of the read log."""

    all_optional = True

    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    user = forms.CharField(label="Who looked", required=False, max_length=150)
    role = forms.ChoiceField(required=False, choices=[ANY, *Role.choices])
    kind = forms.ChoiceField(label="How", required=False, choices=[ANY, *ReadKind.choices])
    what = forms.CharField(required=False, max_length=60)
    purpose = forms.ChoiceField(required=False, choices=[ANY, *Purpose.choices])
    reason = forms.CharField(required=False, max_length=200)
    address = forms.CharField(label="Page", required=False, max_length=200)
    ip = forms.GenericIPAddressField(label="From where (IP)", required=False)
    request_id = forms.CharField(label="Request", required=False, max_length=80)
    begin = day("From", required=False, validators=[near])
    end = day("Through", required=False, validators=[near])
    page = forms.IntegerField(
        required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput
    )

    def wanted(self) -> ReadFilter:
        """What was asked for, the days as instants in UTC. Call it only when the form is valid."""
        asked: dict[str, Any] = dict(self.cleaned_data)
        asked.pop("page")
        asked["patient_id"] = asked.pop("patient")
        asked["ip"] = asked["ip"] or ""
        asked["begin"] = _midnight(asked["begin"])
        asked["end"] = _midnight(asked["end"], later=timedelta(days=1))
        return ReadFilter(**asked)


class MergeForm(forms.Form):
    """Which record stays, which one is joined into it, and how one knows."""

    kept = forms.UUIDField(widget=forms.HiddenInput)
    merged = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="How you know that this is one person",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PairForm(forms.Form):
    """The two records that may be one person."""

    q = forms.CharField(required=False, max_length=200)
    kept = forms.UUIDField(required=False)
    merged = forms.UUIDField(required=False)


def _midnight(of: Any, later: timedelta = timedelta()) -> datetime | None:
    return datetime.combine(of, time(), UTC) + later if of else None
