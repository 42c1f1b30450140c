"""How the clinic is used: figures about places and times, without any person in them.

Each figure is one SQL statement in a file of its own, over visits that begin in the period.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import Invalid
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import AppointmentStatus
from scheduling.models import CancellationReason, ResourceKind, Site
from scheduling.queries.open_hours import ask_about_hours

PERMISSION = "scheduling.view_reports"
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """Local days at a site: from the first through the last."""

    site: Site
    first_date: date
    last_date: date

    def bounds(self) -> tuple[datetime, datetime]:
        """The half-open range of instants. Raises `Invalid` if empty or longer than a year."""
        if not timedelta() <= self.last_date - self.first_date <= LONGEST:
            raise Invalid("Choose a last day that is not before the first, within a year.")
        begin, _ = day_bounds(self.first_date, self.site.zone)
        _, end = day_bounds(self.last_date, self.site.zone)
        return begin, end


@dataclass(frozen=True)
class Row:
    """One line of a report. `percent` is what its bar shows, 0 to 100; None: there is no bar."""

    cells: Sequence[Any]
    percent: float | None = None

    @property
    def width(self) -> int:
        """The length of its bar, of 100: more than all is drawn as all."""
        return round(min(max(self.percent or 0, 0), 100))


@dataclass(frozen=True)
class Report:
    """A table with its meaning. Cells are texts and numbers in the order of `columns`."""

    name: str
    title: str
    explanation: str
    columns: Sequence[str]
    rows: Sequence[Row]

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, Any]]]]:
        """Each row with its cells, each beside the name of its column."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


def sites(viewer: Viewer) -> list[Site]:
    """Where there is something to report. Raises `NotAllowed`."""
    return list(Site.objects.open_to(require(viewer, PERMISSION)))


def report(viewer: Viewer, name: str, period: Period, *, now: datetime) -> Report:
    """One report; its name is a key of `REPORTS`. Raises `Invalid`, `NotAllowed`."""
    require(viewer, PERMISSION)
    return REPORTS[name](viewer, period, now)


def all_reports(viewer: Viewer, period: Period, *, now: datetime) -> list[Report]:
    """Every report there is. Raises `Invalid`, `NotAllowed`."""
    return [report(viewer, name, period, now=now) for name in REPORTS]


def _utilisation(viewer: Viewer, period: Period, now: datetime) -> Report:
    begin, end = period.bounds()
    found = ask_about_hours(
        viewer, "report_utilisation.sql", [period.site], begin, end, now, {"moving": None}
    )
    rows = []
    for kind, name, opened, visits, blocks in found:
        share = 100 * visits / opened if opened else None
        cells = (ResourceKind(kind).label, name, *map(round, (opened, visits, blocks)))
        rows.append(Row((*cells, _percent(share)), share))
    return Report(
        "utilisation",
        "How much is used",
        "Open minutes are hours less holidays and leave. Booked minutes are visits with the time "
        "before and after them; cancelled visits and no-shows do not count.",
        ("Kind", "Name", "Open (min)", "Booked (min)", "Blocked (min)", "Booked of open (%)"),
        rows,
    )


def _outcomes(viewer: Viewer, period: Period, now: datetime) -> Report:
    counts: list[tuple[str, str, int]] = _ask("report_outcomes.sql", period)
    total = sum(count for _, _, count in counts)
    rows = []
    for status, reason, count in counts:
        share = 100 * count / total
        why = CancellationReason(reason).label if reason else ""
        if status == AppointmentStatus.CANCELLED and not why:
            why = "No reason given"
        word = AppointmentStatus(status).value.replace("_", " ").capitalize()
        rows.append(Row((word, why, count, _percent(share)), share))
    return Report(
        "outcomes",
        "How visits ended",
        "Every visit that was to begin in the period, by where it stands now. The rate is its "
        "share of all of them.",
        ("Stands at", "Reason", "Visits", "Rate (%)"),
        rows,
    )


def _lead_times(viewer: Viewer, period: Period, now: datetime) -> Report:
    found = _ask("report_lead_times.sql", period)
    rows = [
        Row((name, count, round(median, 1), round(high, 1))) for name, count, median, high in found
    ]
    return Report(
        "lead-times",
        "How long ahead visits are booked",
        "Days from the booking to the visit. Half of the visits were booked in fewer days than "
        "the median, nine of ten in fewer than the last number.",
        ("Kind of visit", "Visits", "Median (days)", "9 of 10 within (days)"),
        _with_bars(rows, 2),
    )


def _waits(viewer: Viewer, period: Period, now: datetime) -> Report:
    found = _ask("report_waits.sql", period)
    rows = [
        Row((what, count, round(median, 1), round(high, 1))) for what, count, median, high in found
    ]
    return Report(
        "waits",
        "How long people wait",
        "Minutes between the steps on the board; steps that were taken back do not count.",
        ("From, to", "Visits", "Median (min)", "9 of 10 within (min)"),
        _with_bars(rows, 2),
    )


def _refilled(viewer: Viewer, period: Period, now: datetime) -> Report:
    rows = []
    for name, freed_visits, again, freed, refilled in _ask("report_refilled.sql", period):
        share = 100 * refilled / freed
        cells = (name, freed_visits, again, round(freed), round(refilled))
        rows.append(Row((*cells, _percent(share)), share))
    return Report(
        "refilled",
        "What becomes of cancelled time",
        "Time that a cancellation gave back before it began, and how much of it was booked again "
        "before it began.",
        (
            "Clinician",
            "Cancelled",
            "Booked again",
            "Freed (min)",
            "Refilled (min)",
            "Refilled (%)",
        ),
        rows,
    )


def _no_shows(viewer: Viewer, period: Period, now: datetime) -> Report:
    rows = []
    for grouped, name, visits, missed, _part in _ask("report_no_shows.sql", period):
        share = 100 * missed / visits
        rows.append(Row((grouped, name, visits, missed, _percent(share)), share))
    return Report(
        "no-shows",
        "Who did not come",
        "Of visits that took place or were missed, how many were missed. A visit without a "
        "clinician counts under its kind and month only.",
        ("By", "Name", "Visits", "Missed", "Missed of all (%)"),
        rows,
    )


REPORTS: Mapping[str, Callable[[Viewer, Period, datetime], Report]] = {
    "utilisation": _utilisation,
    "outcomes": _outcomes,
    "lead-times": _lead_times,
    "waits": _waits,
    "refilled": _refilled,
    "no-shows": _no_shows,
}


def _ask(file: str, period: Period) -> list[tuple[Any, ...]]:
    begin, end = period.bounds()
    statement = (Path(__file__).parent / file).read_text()
    parameters: dict[str, Any] = {"sites": [period.site.pk], "earliest": begin, "latest": end}
    parameters["time_zone"] = period.site.time_zone
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _percent(share: float | None) -> float | str:
    return "" if share is None else round(share, 1)


def _with_bars(rows: Sequence[Row], column: int) -> list[Row]:
    """Bars as long as the numbers of a column, the longest being whole."""
    longest = max((row.cells[column] for row in rows), default=0)
    return [Row(row.cells, 100 * row.cells[column] / longest if longest else 0) for row in rows]
