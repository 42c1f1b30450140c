"""How people and their clinic write to each other: sizes, limits, who reads what."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_BODY = 5000
LONGEST_SUBJECT = 120
# So many messages a person sends in a day; what names a danger gets through beyond that.
MOST_A_DAY = 20
MOST_URGENT_A_DAY = 40
A_DAY = timedelta(days=1)
# The same words once more within so long are the same press.
SAME_PRESS = timedelta(minutes=10)
# Only those read them who may open the chart.
CLINICAL = frozenset({"treatment", "medicines"})
_FRIDAY = 4


def answer_due_at(
    now: datetime, *, working_days: int, closed: Collection[date], zone: ZoneInfo
) -> datetime:
    """The end of the day by which an answer is promised: so many working days after today.

    Saturdays, Sundays and the days in `closed` are none. Days are those of `zone`.
    """
    day, left = now.astimezone(zone).date(), working_days
    while left:
        day += A_DAY
        if day.weekday() <= _FRIDAY and day not in closed:
            left -= 1
    return datetime.combine(day, time(23, 59), zone)
