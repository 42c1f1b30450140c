"""Days and instants as they come in: a field that refuses what makes no sense."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from scheduling.domain.short_ids import full_id

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


class IdField(forms.CharField):
    """The id of something, in full or as the board writes it; absent means None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=36, **kwargs)

    def clean(self, value: Any) -> UUID | None:
        text = super().clean(value)
        try:
            return full_id(text) if text else None
        except ValueError:
            raise forms.ValidationError("This is not the id of anything.") from None
