"""A course of visits: what is wished, and the pattern that its visits share.

Weeks are ISO weeks and clocks are the site's own, so a course keeps its hour when the clock
changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import combinations
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.domain.slots import Slot

LONGEST_COURSE = 60
NOON = time(12)
WEEK = timedelta(days=7)


class PartOfDay(StrEnum):
    """When somebody would rather come."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


class Scope(StrEnum):
    """Which visits of a course a change is for: from one visit on, in order of time."""

    ONE = "one"
    LATER = "later"
    ALL = "all"


@dataclass(frozen=True)
class CourseWish:
    """`count` visits from `first_day` on, at most `per_week` in a week and one on a day.

    Two visits are at least `days_apart` days apart (1: on following days). `weekdays` (1 is
    Monday), `part`, `clock` and `clinician_id` are wishes: they yield where nothing else is free.
    `standing` are days of visits that the course has already.
    """

    count: int
    per_week: int
    first_day: date
    weekdays: tuple[int, ...] = ()
    part: PartOfDay = PartOfDay.ANY
    clock: time | None = None
    clinician_id: int | None = None
    days_apart: int = 1
    standing: tuple[date, ...] = ()

    @property
    def weeks(self) -> int:
        """How many weeks it takes if every week has room."""
        return ceil(self.count / self.per_week)


@dataclass(frozen=True)
class Pattern:
    """What most visits of a course share: by whom, on which weekdays, at what time."""

    clinician_id: int | None
    weekdays: tuple[int, ...]
    clock: time


class Candidate(NamedTuple):
    """A free time as the site's calendar and clock show it."""

    day: date
    clock: time
    slot: Slot


def monday_of(day: date) -> date:
    """The first day of the ISO week."""
    return day - timedelta(days=day.isoweekday() - 1)


def by_day(slots: Iterable[Slot], wish: CourseWish, zone: ZoneInfo) -> dict[date, list[Candidate]]:
    """The free times from the first day on, by the local day."""
    found: dict[date, list[Candidate]] = {}
    for slot in sorted(slots, key=lambda s: (s.start_at, s.clinician_id or 0)):
        local = slot.start_at.astimezone(zone)
        if local.date() >= wish.first_day:
            candidate = Candidate(local.date(), local.time(), slot)
            found.setdefault(local.date(), []).append(candidate)
    return found


def choose_pattern(
    wish: CourseWish, calendar: Mapping[date, Sequence[Candidate]]
) -> Pattern | None:
    """The clinician, weekdays and clock that are free most often while the course lasts.

    The wished clinician, if they have any time at all. Among weekdays that are free about equally
    often (to a tenth) the most evenly spread. None if nothing is free.
    """
    end = monday_of(wish.first_day) + WEEK * (wish.weeks + 1)
    near = [c for day, found in calendar.items() if day < end for c in found]
    pool = near or [c for found in calendar.values() for c in found]
    pool = [c for c in pool if c.slot.clinician_id == wish.clinician_id] or pool
    pool = [c for c in pool if _in_part(c.clock, wish.part)] or pool
    if not pool:
        return None
    hits: dict[tuple[int, time], dict[int, int]] = {}
    for candidate in pool:
        clinician = candidate.slot.clinician_id or 0
        clock = wish.clock or candidate.clock
        days = hits.setdefault((clinician, clock), {})
        days[candidate.day.isoweekday()] = days.get(candidate.day.isoweekday(), 0) + (
            candidate.clock == clock
        )
    _, clinician, weekdays, clock = min(
        (_dullness(days, combo, wish, clock), clinician, combo, clock)
        for (clinician, clock), days in hits.items()
        for combo in _combinations(wish)
    )
    return Pattern(clinician or None, weekdays, clock)


def _dullness(
    hits: Mapping[int, int], combo: tuple[int, ...], wish: CourseWish, clock: time
) -> tuple[int, int, int]:
    """The smaller, the better these weekdays at this clock; equal ones are told apart by time."""
    found = sum(hits.get(weekday, 0) for weekday in combo)
    tenths = 10 * found // max(1, wish.weeks * len(combo))
    return (-min(tenths, 10), -_least_gap(combo), -found)


def _combinations(wish: CourseWish) -> list[tuple[int, ...]]:
    wished = tuple(sorted(set(wish.weekdays)))
    if len(wished) >= wish.per_week:
        every = list(combinations(wished, wish.per_week))
    else:
        every = [c for c in combinations(range(1, 8), wish.per_week) if set(wished) <= set(c)]
    return [combo for combo in every if _least_gap(combo) >= wish.days_apart] or every


def _least_gap(combo: Sequence[int]) -> int:
    """The fewest days between two of these weekdays, round the week."""
    following = [*combo[1:], combo[0] + 7]
    return min(later - day for day, later in zip(combo, following, strict=True))


def cost(candidate: Candidate, wish: CourseWish, pattern: Pattern) -> tuple[int, int, int]:
    """How far a time is from the wish: clinician, part of the day, minutes off the clock."""
    return (
        int(candidate.slot.clinician_id != pattern.clinician_id),
        int(not _in_part(candidate.clock, wish.part)),
        abs(_minutes(candidate.clock) - _minutes(pattern.clock)),
    )


def days_off(days: Sequence[date], pattern: Pattern) -> int:
    """How many days the days of one week are off the pattern's, each counted for one of them."""
    found = sorted(day.isoweekday() for day in days)
    return min(
        sum(abs(day - usual) for day, usual in zip(found, chosen, strict=True))
        for chosen in combinations(pattern.weekdays, len(found))
    )


def total_cost(
    found: Sequence[Candidate], wish: CourseWish, pattern: Pattern
) -> tuple[int, int, int, int]:
    """How far the visits of one week are from the wish: what counts most comes first."""
    costs = [cost(candidate, wish, pattern) for candidate in found]
    clinicians, parts, minutes = (sum(each) for each in zip(*costs, strict=True))
    return clinicians, parts, days_off([c.day for c in found], pattern), minutes


def are_apart(days: Sequence[date], wish: CourseWish) -> bool:
    """Whether these days are far enough from each other and from the standing ones."""
    least = max(1, wish.days_apart)
    pairs = [*combinations(days, 2), *((day, other) for day in days for other in wish.standing)]
    return all(abs((day - other).days) >= least for day, other in pairs)


def _in_part(clock: time, part: PartOfDay) -> bool:
    if part == PartOfDay.ANY:
        return True
    return (clock < NOON) == (part == PartOfDay.MORNING)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
