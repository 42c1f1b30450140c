"""A proposed course, arranged for eyes: by week, each visit with what it could have instead."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from scheduling.domain.course_plan import Course, PlannedVisit
from scheduling.domain.slots import Slot
from scheduling.queries.courses import ExplainedGap


@dataclass(frozen=True)
class Option:
    """A time that a visit could have, as one choice of a list."""

    key: str
    words: str


@dataclass(frozen=True)
class OptionDay:
    """The choices of one day."""

    day: str
    options: list[Option]


@dataclass(frozen=True)
class VisitRow:
    """One visit: its time, what is unusual about it, and what it could have instead."""

    number: int
    key: str
    words: str
    is_free: bool
    remarks: list[str]
    days: list[OptionDay]


@dataclass
class WeekRows:
    """One week of a course; `lack` says why it has fewer visits than wished."""

    monday: date
    lack: str = ""
    missing: int = 0
    rows: list[VisitRow] = field(default_factory=list)


def weeks_of(
    course: Course, gaps: Sequence[ExplainedGap], names: dict[int, str], zone: ZoneInfo
) -> list[WeekRows]:
    """The weeks in order, with those that lack visits."""
    weeks = {gap.week: WeekRows(gap.week, gap.reason, gap.missing) for gap in gaps}
    for number, visit in enumerate(course.visits, 1):
        week = weeks.setdefault(visit.week, WeekRows(visit.week))
        week.rows.append(_row(number, visit, names, zone))
    return [weeks[monday] for monday in sorted(weeks)]


def days_of(slots: Sequence[Slot], names: dict[int, str], zone: ZoneInfo) -> list[OptionDay]:
    """Free times as choices, grouped by day."""
    ordered = sorted(slots, key=lambda slot: (slot.start_at, slot.clinician_id or 0))
    return [
        OptionDay(
            f"{day:%a %b %-d}",
            [
                Option(slot.key, _words(slot.start_at, slot.clinician_id, names, zone))
                for slot in own
            ],
        )
        for day, own in groupby(ordered, lambda slot: slot.start_at.astimezone(zone).date())
    ]


def _row(number: int, visit: PlannedVisit, names: dict[int, str], zone: ZoneInfo) -> VisitRow:
    remarks = [
        words
        for is_so, words in (
            (visit.other_clinician, "another clinician"),
            (visit.other_day, "another weekday"),
            (visit.other_time, "another time"),
        )
        if is_so and visit.is_free
    ]
    return VisitRow(
        number,
        visit.key,
        _words(visit.start_at, visit.clinician_id, names, zone),
        visit.is_free,
        remarks,
        days_of(visit.alternatives, names, zone),
    )


def _words(
    start_at: datetime, clinician_id: int | None, names: dict[int, str], zone: ZoneInfo
) -> str:
    local = start_at.astimezone(zone)
    who = names.get(clinician_id or 0, "")
    return f"{local:%a %b %-d, %-I:%M %p}{f' · {who}' if who else ''}"
