"""What the record asks the calendar, which stands above it and therefore answers through here.

The calendar says who answers as the apps start (`scheduling/apps.py`). Without one nobody is on
call at a place, and every working day is one.
"""

from datetime import date
from typing import Protocol
from uuid import UUID


class Calendar(Protocol):
    """Answers about places and their days; it shows nobody."""

    def on_call_of(self, patient_id: UUID | None) -> str:
        """The e-mail address on call where this person comes, "" if that place has none."""

    def days_off(self, first: date, last: date) -> frozenset[date]:
        """The days from the first to the last on which every place is closed for a holiday."""


class _NoCalendar:
    def on_call_of(self, patient_id: UUID | None) -> str:
        return ""

    def days_off(self, first: date, last: date) -> frozenset[date]:
        return frozenset()


_answering: list[Calendar] = [_NoCalendar()]


def answered_by(found: Calendar) -> None:
    """From now on this one answers. Called once, as the apps start."""
    _answering[0] = found


def calendar() -> Calendar:
    """Whoever answers."""
    return _answering[0]
