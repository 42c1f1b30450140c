"""What comes in with a request about the calendar, checked field by field."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from scheduling.domain.states import Step

# Farther away than this nobody books, and range arithmetic would leave what PostgreSQL can hold.
FARTHEST = timedelta(days=3 * 366)


class DayField(forms.DateField):
    """A day not absurdly far away; absent means None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        return day and near_day(day)


def near_day(day: date) -> date:
    """The day, unless it is absurdly far away. Raises `ValidationError`."""
    if abs(day - timezone.localdate()) > FARTHEST:
        raise forms.ValidationError("This day is too far away.")
    return day


def parse_instant(text: str) -> datetime:
    """The instant that an ISO 8601 text names. Raises `ValidationError` in a sentence."""
    try:
        # Python's own reader stops at a NUL character and takes what stood before it.
        instant = parse_datetime(text) if text.isprintable() else None
    except ValueError:
        instant = None
    if instant is None:
        raise forms.ValidationError("Give an instant, such as 2026-11-21T09:20:00-05:00.")
    if instant.tzinfo is None:
        raise forms.ValidationError("Give the offset from UTC as well, such as -05:00.")
    try:
        far = abs(instant - timezone.now()) > FARTHEST
    except OverflowError:
        far = True
    if far:
        raise forms.ValidationError("This instant is too far away.")
    return instant


class BoardForm(forms.Form):
    """Which board: a day and a site."""

    day = DayField()
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)


class SlotSearchForm(forms.Form):
    """Whom to book for what, and with whom; each may still be open."""

    q = forms.CharField(required=False, max_length=200)
    patient = forms.UUIDField(required=False)
    visit_type = forms.SlugField(required=False)
    clinician = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    day = DayField()


class BookingForm(forms.Form):
    """One chosen slot for one person."""

    patient = forms.UUIDField()
    visit_type = forms.SlugField()
    site = forms.IntegerField(min_value=1, max_value=2**31)
    slot = forms.CharField(max_length=60)
    reason = forms.CharField(required=False, max_length=200, label="Reason")

    def clean_slot(self) -> tuple[datetime, int | None]:
        """The instant and the clinician (None: anybody) that a slot's key names."""
        instant, _, clinician = self.cleaned_data["slot"].partition("/")
        if clinician and not clinician.isdecimal():
            raise forms.ValidationError("Choose one of the offered times.")
        return parse_instant(instant), min(int(clinician), 2**31) if clinician else None


class MoveSearchForm(forms.Form):
    """Where a visit might go; what is open stays as it is."""

    clinician = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    day = DayField()


class MoveForm(BookingForm):
    """The slot to which a visit goes."""

    patient = visit_type = reason = None  # type: ignore[assignment]


class StepForm(forms.Form):
    """A step to take."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in Step])
