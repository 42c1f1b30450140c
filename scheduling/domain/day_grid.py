"""Where things stand in a column of a day: free gaps, lanes for what overlaps, rows of the grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ROW_MINUTES = 5
DAY_MINUTES = 24 * 60
# What a board shows of a day on which nobody works.
USUAL_HOURS = (8, 17)


class Stretch(NamedTuple):
    """A half-open range of instants."""

    begin: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """Its length in whole minutes."""
        return int((self.end - self.begin).total_seconds() // 60)


def without(opened: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the open stretches when everything taken is taken away, in order of time."""
    busy = sorted(taken)
    left: list[Stretch] = []
    for begin, end in sorted(opened):
        at = begin
        for other_begin, other_end in busy:
            if other_end <= at or other_begin >= end:
                continue
            if other_begin > at:
                left.append(Stretch(at, other_begin))
            at = max(at, other_end)
        if at < end:
            left.append(Stretch(at, end))
    return left


def within(stretches: Iterable[Stretch], frame: Stretch) -> list[Stretch]:
    """What of these stretches lies within the frame."""
    clipped = (Stretch(max(s.begin, frame.begin), min(s.end, frame.end)) for s in stretches)
    return [one for one in clipped if one.begin < one.end]


def lanes(stretches: Sequence[Stretch]) -> list[int]:
    """For each stretch (in order of time) the lane it is drawn in; 0 if nothing overlaps it."""
    found: list[int] = []
    ends: list[datetime] = []
    first = 0
    for index, (begin, end) in enumerate(stretches):
        if ends and begin >= max(ends):
            ends, first = [], index
        lane = next((i for i, busy_until in enumerate(ends) if busy_until <= begin), len(ends))
        ends[lane : lane + 1] = [end]
        is_alone = index == first
        found.append(0 if is_alone else lane + 1)
        if not is_alone:
            found[first] = 1
    return found


@dataclass(frozen=True)
class WallDay:
    """A local day, by the clock on the wall of the site."""

    day: date
    zone: ZoneInfo

    def minute(self, instant: datetime) -> int:
        """The minute of the day that the clock shows then, from 0 to 1440."""
        local = instant.astimezone(self.zone)
        if local.date() < self.day:
            return 0
        if local.date() > self.day:
            return DAY_MINUTES
        return local.hour * 60 + local.minute

    def place(self, begin: datetime, end: datetime) -> str:
        """The classes that put a stretch into its rows: hour, row in the hour, hours and rows long.

        They are `h9 m6 n4` for 9:30 to 9:50, and `h9 m6 q1 n4` for an hour more. At the full hour
        there is no `m`, and nothing beyond whole hours no `n`.
        """
        first = min(self.minute(begin) // ROW_MINUTES, DAY_MINUTES // ROW_MINUTES - 1)
        last = max(first + 1, -(-self.minute(end) // ROW_MINUTES))
        hour, row = divmod(first, 60 // ROW_MINUTES)
        hours, rows = divmod(last - first, 60 // ROW_MINUTES)
        counted = (("m", row), ("q", hours), ("n", rows))
        return f"h{hour}" + "".join(f" {letter}{number}" for letter, number in counted if number)


def shown_hours(wall: WallDay, stretches: Iterable[Stretch]) -> tuple[int, int]:
    """The whole hours that a board must show so that all of these are on it."""
    known = list(stretches)
    if not known:
        return USUAL_HOURS
    first = min(wall.minute(begin) for begin, _ in known) // 60
    last = -(-max(wall.minute(end) for _, end in known) // 60)
    return min(first, 23), max(last, first + 1)


def next_on_grid(start: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """The first instant from `start` on at which the wall clock shows a multiple of `minutes`."""
    local = start.astimezone(zone)
    since = timedelta(minutes=local.minute % minutes, seconds=local.second)
    since += timedelta(microseconds=local.microsecond)
    return start if not since else start - since + timedelta(minutes=minutes)


def clock_words(instant: datetime, zone: ZoneInfo) -> str:
    """The time as it is said: 9:20 AM."""
    local = instant.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"


def length_words(minutes: int) -> str:
    """A length as it is said: 45 min, 2 h, 2 h 30."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def week_days(day: date) -> list[date]:
    """The days of the week in which this day is, from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]
