"""The day as columns: who and what takes up each clinician, room or machine, and what is free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.domain.board_filter import GONE, WAITING, BoardFilter
from scheduling.domain.day_grid import (
    ROW_MINUTES,
    Stretch,
    WallDay,
    clock_words,
    lanes,
    length_words,
    shown_hours,
    within,
    without,
)
from scheduling.domain.intake_states import IntakeState
from scheduling.domain.local_time import day_bounds
from scheduling.domain.short_ids import short_id, short_instant
from scheduling.domain.states import (
    NEXT_STEP,
    NOT_BEGUN,
    STATUS_WORDS,
    TRANSITIONS,
    Step,
)
from scheduling.domain.visit_flags import flags_in
from scheduling.models import Delay, ReservationKind, Resource, Site
from scheduling.queries.away import Away, away_stretches
from scheduling.queries.board import LONG_WAIT_MINUTES
from scheduling.queries.day_taken import (
    Row,
    held_in_groups,
    open_stretches,
    people_in_groups,
    taken_rows,
)
from scheduling.queries.stopped import stopped_visits
from scheduling.queries.visit_intakes import intake_states

USUAL = BoardFilter()

# Of a visit whose clinician, room or hours are gone; with it the card shows a sign of warning.
STRANDED_WORD = "Needs another time"


@dataclass(slots=True)
class Seat:
    """One visit as its card says it.

    `id` is the short one; `since` is when a wait began, in seconds of the Unix clock. One that
    `is_stranded` has lost its clinician, room or hours: somebody must find it another place.
    """

    id: str
    name: str
    kind: str
    status: str
    word: str
    step: str
    label: str
    flags: str
    waited: int | None
    since: int
    is_long: bool
    is_wanted: bool
    is_stranded: bool
    is_stopped: bool = False
    intake: IntakeState | None = None

    @property
    def css(self) -> str:
        """The classes of its card."""
        stranded = " stranded" if self.is_stranded else ""
        return f"v {self.status}{stranded}" + ("" if self.is_wanted else " dim")


@dataclass(slots=True)
class Cell:
    """One thing in a column. `shape` is visit, group, buffer, hold, block, gap or closed.

    `hold` is the id of what is held there.
    """

    shape: str
    stretch: Stretch
    css: str = ""
    time: str = ""
    words: str = ""
    hold: str = ""
    seat: Seat | None = None
    people: list[Seat] = field(default_factory=list)
    lane: int = 0

    @property
    def start(self) -> str:
        """The beginning as an address carries it."""
        return short_instant(self.stretch.begin)


@dataclass(slots=True)
class Column:
    """One resource's day, in order of time. `late` is how many minutes it runs behind.

    `away` is when it is away, and why. `tag` (its version) and `drawn` (its cells as HTML) are
    filled in by the page.
    """

    resource: Resource
    cells: list[Cell]
    opened: list[Stretch]
    visits: int
    free: str
    late: int
    away: list[Away]
    tag: str = ""
    drawn: str = ""


@dataclass
class DayGrid:
    """All columns, and the whole hours from `first` to `last` that they show."""

    columns: list[Column]
    first: int
    last: int
    wall: WallDay


def day_grid(
    viewer: Viewer,
    site: Site,
    day: date,
    columns: Sequence[Resource],
    *,
    wanted: BoardFilter = USUAL,
    hours: tuple[int, int] | None = None,
    now: datetime,
) -> DayGrid:
    """The day of these resources, in a number of queries that does not grow with it.

    `hours` are shown at least; without them, what is needed. Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    reach = Stretch(*day_bounds(day, site.zone))
    opened = open_stretches(viewer, site, columns, reach, now=now)
    rows = taken_rows(user, columns, site, reach, cancelled=wanted.cancelled, now=now)
    there = {row["group_id"] for row in rows if row["group_id"]}
    groups = people_in_groups(user, there, site)
    _note_shown(user, rows, groups.values())
    drawer = _Drawer(user, WallDay(day, site.zone), wanted, groups, now)
    drawer.held = held_in_groups(user, there, now=now)
    drawer.intakes = intake_states(user, _visits(rows, groups.values()), now=now)
    drawer.stopped = stopped_visits(user, _waiting(rows, groups.values()))
    late = _delays(columns, day)
    away = away_stretches(viewer, site, columns, reach)
    by_column: dict[int, list[Row]] = {column.pk: [] for column in columns}
    for row in rows:
        by_column[row["resource_id"]].append(row)
    drawn = [
        drawer.column(
            Column(
                column,
                [],
                opened.get(column.pk, []),
                0,
                "",
                late.get(column.pk, 0),
                away.get(column.pk, []),
            ),
            by_column[column.pk],
        )
        for column in columns
    ]
    first, last = shown_hours(drawer.wall, _all_stretches(drawn))
    if hours:
        first, last = min(first, hours[0]), max(last, hours[1])
    for column in drawn:
        drawer.finish(column, _hour(drawer.wall, reach, first), _hour(drawer.wall, reach, last))
    return DayGrid(drawn, first, last, drawer.wall)


def _visits(rows: Iterable[Row], groups: Iterable[list[Row]]) -> set[UUID]:
    """All visits that are drawn."""
    alone = {row["appointment__id"] for row in rows if row["appointment__id"]}
    return alone | {row["id"] for group in groups for row in group}


def _waiting(rows: Iterable[Row], groups: Iterable[list[Row]]) -> set[UUID]:
    """The visits of those who are here and were not begun with."""
    here = {row["appointment__id"] for row in rows if row["appointment__status"] in WAITING}
    return here | {row["id"] for group in groups for row in group if row["status"] in WAITING}


def _all_stretches(columns: Iterable[Column]) -> list[Stretch]:
    return [
        stretch
        for column in columns
        for stretch in [*column.opened, *(cell.stretch for cell in column.cells)]
    ]


def _hour(wall: WallDay, reach: Stretch, hour: int) -> datetime:
    """Roughly when the clock shows a whole hour: it only bounds what is drawn as closed."""
    return min(reach.begin + timedelta(hours=hour), reach.end)


def _delays(columns: Sequence[Resource], day: date) -> dict[int, int]:
    rows = Delay.objects.filter(resource__in=[c.pk for c in columns], local_date=day)
    newest = rows.order_by("resource_id", "-noted_at").distinct("resource_id")
    return dict(newest.values_list("resource_id", "minutes"))


def _note_shown(user: User, rows: Iterable[Row], groups: Iterable[list[Row]]) -> None:
    people = {row["appointment__patient_id"] or row["hold__patient_id"] for row in rows}
    people |= {row["patient_id"] for group in groups for row in group}
    record_read(user, "board", people - {None}, kind=ReadKind.LIST)


class _Drawer:
    """Turns rows into cells, for one viewer, day and filter."""

    def __init__(
        self,
        user: User,
        wall: WallDay,
        wanted: BoardFilter,
        groups: dict[UUID, list[Row]],
        now: datetime,
    ) -> None:
        self.wall, self.wanted, self.groups, self.now = wall, wanted, groups, now
        self.stopped: frozenset[UUID] = frozenset()
        self.intakes: Mapping[UUID, IntakeState] = {}
        self.held: dict[UUID, int] = {}
        # The first row of the grid that has not begun: nothing is booked into the past.
        rows_ago = timedelta(
            minutes=now.minute % ROW_MINUTES, seconds=now.second, microseconds=now.microsecond
        )
        self.from_now = now - rows_ago + timedelta(minutes=ROW_MINUTES if rows_ago else 0)
        self.steps = {
            status: (str(step), TRANSITIONS[step].label)
            for status, step in NEXT_STEP.items()
            if user.has_perm(TRANSITIONS[step].permission)
            and (step != Step.ARRIVE or wall.day == now.astimezone(wall.zone).date())
        }

    def column(self, column: Column, rows: list[Row]) -> Column:
        """Fill in what takes the resource, and the gaps between."""
        opened = column.opened
        cells = [self._cell(row, opened) for row in rows]
        taken = [cell.stretch for cell, row in zip(cells, rows, strict=True) if row["is_active"]]
        begun = [Stretch(max(s.begin, self.from_now), s.end) for s in opened]
        gaps = without([s for s in begun if s.begin < s.end], taken)
        free = sum(gap.minutes for gap in gaps)
        cells += [
            Cell("gap", gap, "gap", words=length_words(gap.minutes))
            for gap in gaps
            if gap.minutes >= ROW_MINUTES
        ]
        # A split visit has several cards, and is one visit.
        seats = [cell.seat for cell in cells if cell.seat]
        seats += [seat for cell in cells for seat in cell.people]
        column.cells, column.visits = cells, len({seat.id for seat in seats})
        column.free = length_words(free) if free else ""
        return column

    def finish(self, column: Column, first: datetime, last: datetime) -> None:
        """Add what is closed, sort by time, and give every cell its place."""
        known = [*column.opened, *(cell.stretch for cell in column.cells)]
        shut = without([Stretch(first, last)], known)
        for stretch, words in column.away:
            column.cells += [
                Cell("closed", piece, "closed away", words=words) for piece in within(shut, stretch)
            ]
        column.cells += [
            Cell("closed", stretch, "closed", words="Closed")
            for stretch in without(shut, [away.during for away in column.away])
        ]
        column.cells.sort(key=lambda cell: cell.stretch.begin)
        for cell, lane in zip(
            column.cells, lanes([cell.stretch for cell in column.cells]), strict=True
        ):
            place = self.wall.place(*cell.stretch)
            cell.css = f"{cell.css} {place}" + (f" k{lane}" if lane else "")

    def _cell(self, row: Row, opened: list[Stretch]) -> Cell:
        during = Stretch(row["during"].lower, row["during"].upper)
        time = clock_words(during.begin, self.wall.zone)
        kind = row["kind"]
        if kind == ReservationKind.HOLD:
            name = f"{row['hold__patient__family_name']}, {row['hold__patient__given_names']}"
            until = clock_words(row["hold__expires_at"], self.wall.zone)
            words, held = f"{name}, until {until}", str(row["hold_id"])
            return Cell("hold", during, "hold", time, words, held)
        if kind == ReservationKind.BLOCK:
            return Cell("block", during, "block", time, row["note"])
        if kind == ReservationKind.BUFFER:
            return Cell("buffer", during, "buffer")
        if row["group_id"]:
            return self._group(row, during, time, opened)
        seat = self._seat(row, "appointment__", _is_there(during, opened))
        return Cell("visit", during, seat.css, time, seat=seat)

    def _group(self, row: Row, during: Stretch, time: str, opened: list[Stretch]) -> Cell:
        is_there = _is_there(during, opened)
        people = [
            self._seat(person, "", is_there) for person in self.groups.get(row["group_id"], [])
        ]
        shown = [p for p in people if self.wanted.cancelled or p.status not in GONE]
        held = self.held.get(row["group_id"], 0)
        name = row["group__visit_type__name"] + (f", {held} held" if held else "")
        return Cell("group", during, "group", time, name, people=shown)

    def _seat(self, row: Row, to: str, is_there: bool) -> Seat:
        status = row[f"{to}status"]
        # Outside the hours on purpose is not stranded, unless its hours were taken away since.
        is_lost = row["is_stranded"] or not (is_there or row[f"{to}overbooking_reason"])
        is_stranded = is_lost and status in NOT_BEGUN
        step, label = self.steps.get(status, ("", ""))
        waits = status in WAITING
        since: datetime = row[f"{to}status_at"]
        waited = int((self.now - since).total_seconds() // 60) if waits else None
        return Seat(
            id=short_id(row[f"{to}id"]),
            name=f"{row[f'{to}patient__family_name']}, {row[f'{to}patient__given_names']}",
            kind=row[f"{to}visit_type__name"],
            status=status,
            word=STRANDED_WORD if is_stranded else STATUS_WORDS[status],
            step=step,
            label=label,
            flags=flags_in(row, to),
            intake=self.intakes.get(row[f"{to}id"]),
            waited=waited,
            since=int(since.timestamp()),
            is_long=waited is not None and waited >= LONG_WAIT_MINUTES,
            is_wanted=self.wanted.fits(status, row[f"{to}visit_type__code"]),
            is_stranded=is_stranded,
            is_stopped=row[f"{to}id"] in self.stopped,
        )


def _is_there(during: Stretch, opened: Sequence[Stretch]) -> bool:
    """Whether the column is open for all of it."""
    return any(one.begin <= during.begin and during.end <= one.end for one in opened)
