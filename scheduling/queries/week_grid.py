"""The week as a table: for each column and day how much is booked, and what is free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from scheduling.domain.day_grid import (
    ROW_MINUTES,
    Stretch,
    clock_words,
    length_words,
    next_on_grid,
    week_days,
    without,
)
from scheduling.domain.local_time import day_bounds
from scheduling.models import Resource, Site
from scheduling.queries.day_taken import open_stretches, reservations_within
from scheduling.queries.landing import Landing

# Shorter gaps are left out, and of the rest only the first few are named.
LEAST_MINUTES = 15
NAMED = 4


@dataclass(frozen=True)
class WeekGap:
    """A free stretch: when it begins (for an address, and in words) and how long it is.

    `landing` is when a visit that is being moved would begin in it; empty if it does not fit.
    """

    start: str
    time: str
    words: str
    landing: str = ""


@dataclass(frozen=True)
class WeekCell:
    """One day of one resource. `more` gaps are there than are named."""

    day: date
    is_open: bool
    visits: int
    free: str
    gaps: list[WeekGap]
    more: int


@dataclass(frozen=True)
class WeekRow:
    """One resource's week."""

    resource: Resource
    cells: list[WeekCell]


def week_grid(
    viewer: Viewer,
    site: Site,
    day: date,
    columns: Sequence[Resource],
    *,
    fitting: Mapping[int, Landing] | None = None,
    now: datetime,
) -> list[WeekRow]:
    """The week of these resources. It shows nobody's name. Raises `NotAllowed`.

    `fitting` says in which columns a visit that is being moved fits, and when.
    """
    require(viewer, "scheduling.view_board")
    days = [(one, Stretch(*day_bounds(one, site.zone))) for one in week_days(day)]
    reach = Stretch(days[0][1].begin, days[-1][1].end)
    opened = open_stretches(viewer, site, columns, reach, now=now)
    taken: dict[int, list[tuple[Stretch, UUID | None]]] = {column.pk: [] for column in columns}
    rows = reservations_within(viewer, columns, reach, now=now).filter(is_active=True)
    fields = ("resource_id", "during", "kind", "appointment_id", "group_id")
    for resource_id, during, kind, visit, group in rows.values_list(*fields):
        what = (visit or group) if kind == "appointment" else None
        taken[resource_id].append((Stretch(during.lower, during.upper), what))
    return [
        WeekRow(
            column,
            [
                _cell(
                    one,
                    within,
                    opened.get(column.pk, []),
                    taken[column.pk],
                    site,
                    (fitting or {}).get(column.pk),
                    now,
                )
                for one, within in days
            ],
        )
        for column in columns
    ]


def _cell(
    day: date,
    within: Stretch,
    opened: list[Stretch],
    taken: list[tuple[Stretch, UUID | None]],
    site: Site,
    landing: Landing | None,
    now: datetime,
) -> WeekCell:
    here = [Stretch(max(s.begin, within.begin), min(s.end, within.end)) for s in opened]
    here = [s for s in here if s.begin < s.end]
    # As the columns count it: from the first row that has not begun.
    soon = next_on_grid(now, ROW_MINUTES, site.zone)
    coming = [Stretch(max(s.begin, soon), s.end) for s in here if s.end > soon]
    gaps = without(coming, [stretch for stretch, _ in taken])
    visits = {what for s, what in taken if what and within.begin <= s.begin < within.end}
    free = sum(gap.minutes for gap in gaps)
    long = [gap for gap in gaps if gap.minutes >= LEAST_MINUTES]
    named = [
        WeekGap(
            f"{gap.begin.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
            clock_words(gap.begin, site.zone),
            length_words(gap.minutes),
            _landing(landing, gap),
        )
        for gap in long[:NAMED]
    ]
    words = length_words(free) if free else ""
    return WeekCell(day, bool(here), len(visits), words, named, len(long) - len(named))


def _landing(landing: Landing | None, gap: Stretch) -> str:
    start = landing.within(gap) if landing else None
    return f"{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if start else ""
