"""When somebody is tried again, and when what nobody did is too late: working days, no clock.

Days are those of the clinic's wall (its zone); Saturdays, Sundays and the days `off` are no working
days. Which those are the calendar says (`treatments/facts/calendar.py`).
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from treatments.domain.vocabulary import URGENCIES

# A call that nobody answers is the physicians' after so many tries.
MOST_TRIES = 3
# How long after its last moment what nobody did is moved to the physicians, in working days.
GRACE = timedelta(days=2)
# So long whoever pressed one of these may take it back; an alarm is settled, not taken back.
UNDO_LASTS = timedelta(hours=1)
UNDOABLE = frozenset({"tried", "reached", "answered", "done", "not_needed"})
_FRIDAY = 4
_A_DAY = timedelta(days=1)


def is_working_day(day: date, off: Collection[date] = ()) -> bool:
    """Whether somebody is there to call."""
    return day.weekday() <= _FRIDAY and day not in off


def next_try(
    now: datetime, zone: ZoneInfo, off: Collection[date] = ()
) -> tuple[datetime, datetime]:
    """From when until when somebody who did not answer is called again: the next working day.

    Noon in UTC is the same day in every place with a clinic.
    """
    day = now.astimezone(zone).date() + _A_DAY
    while not is_working_day(day, off):
        day += _A_DAY
    begin = datetime.combine(day, time(12), UTC)
    return begin, begin + timedelta(hours=12)


def too_late_at(
    due_at: datetime, grace: timedelta, zone: ZoneInfo, off: Collection[date] = ()
) -> datetime:
    """When something due at `due_at` is too late: `grace` after it, of working days.

    What was due on a day off is looked at as due on the next working day.
    """
    late = _on_working_day(due_at, zone, off)
    whole, rest = divmod(grace, _A_DAY)
    for _number in range(whole):
        late = _on_working_day(late + _A_DAY, zone, off)
    return _on_working_day(late + rest, zone, off)


def soonest(urgencies: Collection[str]) -> str:
    """The word that can wait the least, "" of none. Words that nobody knows can wait."""
    order = list(URGENCIES)
    return min((word for word in urgencies if word in order), key=order.index, default="")


def _on_working_day(at: datetime, zone: ZoneInfo, off: Collection[date]) -> datetime:
    while not is_working_day(at.astimezone(zone).date(), off):
        at += _A_DAY
    return at
