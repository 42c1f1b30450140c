"""A course laid out over the weeks: proposed from free times, or checked as a person changed it.

`propose` only ever picks from the free times it is given; what it picks is decided by costs
alone, so the same question has the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from scheduling.domain.courses import (
    WEEK,
    Candidate,
    CourseWish,
    Pattern,
    are_apart,
    by_day,
    choose_pattern,
    cost,
    monday_of,
    total_cost,
)
from scheduling.domain.slots import Slot

DAYS_NEAR = 2
SAME_DAY_ALTERNATIVES = 6
OTHER_DAY_ALTERNATIVES = 3


@dataclass(frozen=True)
class PlannedVisit:
    """One visit of a course: a time, whether it is free, and others near it that are.

    `other_clinician`, `other_day` and `other_time` say in what it leaves the pattern.
    """

    start_at: datetime
    clinician_id: int | None
    day: date
    is_free: bool = True
    other_clinician: bool = False
    other_day: bool = False
    other_time: bool = False
    alternatives: tuple[Slot, ...] = ()

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return monday_of(self.day)

    @property
    def key(self) -> str:
        """Its time as one form value, as `Slot.key`."""
        return f"{self.start_at.isoformat()}/{self.clinician_id or ''}"


@dataclass(frozen=True)
class Gap:
    """A week (by its Monday) that has room for `missing` visits fewer than wished."""

    week: date
    missing: int


@dataclass(frozen=True)
class Course:
    """The visits in order of time, the weeks with too little room, and how many found no place."""

    visits: tuple[PlannedVisit, ...]
    gaps: tuple[Gap, ...] = ()
    unplaced: int = 0
    pattern: Pattern | None = None


def propose(wish: CourseWish, slots: Iterable[Slot], zone: ZoneInfo) -> Course:
    """The course that is as soon as possible, and then as regular as possible.

    Week after week it takes as many visits as are wished and possible; among these choices the one
    with the fewest visits by another clinician, then the fewest outside the part of the day, then
    the nearest to the pattern's weekdays, then to its clock, then the earliest.
    """
    calendar = by_day(slots, wish, zone)
    pattern = choose_pattern(wish, calendar)
    if pattern is None:
        return Course((), unplaced=wish.count)
    picked: list[Candidate] = []
    gaps = []
    week, last_week = monday_of(wish.first_day), monday_of(max(calendar))
    while len(picked) < wish.count and week <= last_week:
        wanted = min(wanted_in(week, wish, pattern), wish.count - len(picked))
        found = _pick_week(week, wanted, wish, pattern, calendar, [c.day for c in picked])
        if len(found) < wanted:
            gaps.append(Gap(week, wanted - len(found)))
        picked += found
        week += WEEK
    planned = [_planned(c.slot.start_at, c.slot.clinician_id, zone, pattern) for c in picked]
    return Course(
        _with_alternatives(planned, wish, calendar),
        tuple(gaps),
        wish.count - len(picked),
        pattern,
    )


def recheck(
    chosen: Sequence[tuple[datetime, int | None]],
    wish: CourseWish,
    slots: Iterable[Slot],
    zone: ZoneInfo,
) -> Course:
    """A course as a person has changed it: which of its times are free, and what is near the rest.

    A clinician of None means anybody.
    """
    calendar = by_day(slots, wish, zone)
    pattern = choose_pattern(wish, calendar)
    free = {(c.slot.start_at, c.slot.clinician_id) for found in calendar.values() for c in found}
    anybody = {start for start, _clinician in free}
    planned = [
        replace(
            _planned(start, clinician, zone, pattern),
            is_free=(start, clinician) in free or (clinician is None and start in anybody),
        )
        for start, clinician in sorted(set(chosen), key=lambda pair: (pair[0], pair[1] or 0))
    ]
    return Course(_with_alternatives(planned, wish, calendar), pattern=pattern)


def wanted_in(week: date, wish: CourseWish, pattern: Pattern) -> int:
    """How many visits the week should have: in the first, only what its remaining days allow."""
    standing = sum(monday_of(day) == week for day in wish.standing)
    if week >= wish.first_day:
        return max(0, wish.per_week - standing)
    left = sum(weekday >= wish.first_day.isoweekday() for weekday in pattern.weekdays)
    return max(0, min(left, wish.per_week - standing))


def _pick_week(
    week: date,
    wanted: int,
    wish: CourseWish,
    pattern: Pattern,
    calendar: Mapping[date, Sequence[Candidate]],
    before: Sequence[date],
) -> list[Candidate]:
    days = [week + timedelta(days=offset) for offset in range(7)]
    best = {
        day: min(calendar[day], key=lambda c: (cost(c, wish, pattern), c.slot))
        for day in days
        if day in calendar
    }
    for size in range(wanted, 0, -1):
        fitting = [c for c in combinations(best, size) if are_apart([*before[-1:], *c], wish)]
        if fitting:
            return min(
                ([best[day] for day in combo] for combo in fitting),
                key=lambda found: (total_cost(found, wish, pattern), [c.slot for c in found]),
            )
    return []


def _planned(
    start_at: datetime, clinician_id: int | None, zone: ZoneInfo, pattern: Pattern | None
) -> PlannedVisit:
    local = start_at.astimezone(zone)
    visit = PlannedVisit(start_at, clinician_id, local.date())
    if pattern is None:
        return visit
    return replace(
        visit,
        other_clinician=clinician_id not in (None, pattern.clinician_id),
        other_day=local.isoweekday() not in pattern.weekdays,
        other_time=local.time() != pattern.clock,
    )


def _with_alternatives(
    planned: Sequence[PlannedVisit],
    wish: CourseWish,
    calendar: Mapping[date, Sequence[Candidate]],
) -> tuple[PlannedVisit, ...]:
    days = [visit.day for visit in planned]
    return tuple(
        replace(
            visit,
            alternatives=near(visit, days[:place] + days[place + 1 :], wish, calendar),
        )
        for place, visit in enumerate(planned)
    )


def near(
    visit: PlannedVisit,
    others: Sequence[date],
    wish: CourseWish,
    calendar: Mapping[date, Sequence[Candidate]],
) -> tuple[Slot, ...]:
    """Free times on the visit's day and two days around, where the course's rules still hold."""
    found: list[Slot] = []
    for offset in range(-DAYS_NEAR, DAYS_NEAR + 1):
        day = visit.day + timedelta(days=offset)
        # Only its neighbours can be too close; a visit that breaks a rule already stays free to go.
        if offset and not _may_be_on(day, others, wish):
            continue
        nearest = sorted(
            (c for c in calendar.get(day, ()) if c.slot.start_at != visit.start_at or offset),
            key=lambda c: (
                c.slot.clinician_id != visit.clinician_id,
                abs(c.slot.start_at - visit.start_at - timedelta(days=offset)),
                c.slot,
            ),
        )
        most = OTHER_DAY_ALTERNATIVES if offset else SAME_DAY_ALTERNATIVES
        found += [c.slot for c in nearest[:most]]
    return tuple(sorted(found, key=lambda slot: (slot.start_at, slot.clinician_id or 0)))


def _may_be_on(day: date, others: Sequence[date], wish: CourseWish) -> bool:
    every = [*others, *wish.standing]
    same_week = sum(monday_of(other) == monday_of(day) for other in every)
    apart = min((abs((other - day).days) for other in every), default=wish.days_apart)
    return same_week < wish.per_week and apart >= max(1, wish.days_apart)
