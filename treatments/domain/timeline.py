"""The picture of a treatment: scores over time, with what was done on the same axis.

Everything is placed here, in whole units of a drawing `WIDTH` wide; a template only writes it down.
From top to bottom: labels of procedures, the scores, courses as bars, steroid doses, the axis.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WIDTH = 1000
LEFT, RIGHT = 40, 20
LANE = 22
PLOT = 140
DOSES = 48
AXIS = 28
# About how wide a letter of the labels is, in units of the drawing.
LETTER = 7
# How many lanes of labels or bars are drawn; what does not fit is in the table only.
MOST_LANES = 6


@dataclass(frozen=True)
class Score:
    """A score of one instrument on a day, with the ends of its scale."""

    on: date
    value: Decimal
    instrument: str
    lowest: Decimal = Decimal(0)
    highest: Decimal = Decimal(10)


@dataclass(frozen=True)
class Event:
    """Something done on one day. `tone` is a class of the drawing; `href` leads to it."""

    on: date
    label: str
    tone: str = "procedure"
    href: str = ""


@dataclass(frozen=True)
class Course:
    """Something given from a day to another, inclusive; without an end it goes on."""

    start: date
    end: date | None
    label: str
    tone: str = "course"
    href: str = ""


@dataclass(frozen=True)
class Dose:
    """Steroid in milligrams of methylprednisolone."""

    on: date
    milligrams: Decimal


@dataclass(frozen=True)
class History:
    """Everything that may be drawn."""

    scores: Sequence[Score] = ()
    events: Sequence[Event] = ()
    courses: Sequence[Course] = ()
    doses: Sequence[Dose] = ()


@dataclass(frozen=True)
class Dot:
    """A score in its place."""

    x: int
    y: int
    score: Score


@dataclass(frozen=True)
class Line:
    """The scores of one instrument, joined; `number` tells lines apart without colour."""

    instrument: str
    number: int
    dots: tuple[Dot, ...]

    @property
    def path(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


@dataclass(frozen=True)
class Mark:
    """An event in its place; the label stands at `text_x`, `text_y` and ends or begins there."""

    x: int
    text_x: int
    text_y: int
    anchor: str
    event: Event


@dataclass(frozen=True)
class Bar:
    """A course in its place; `goes_on` past the right edge."""

    x: int
    y: int
    width: int
    text_x: int
    text_y: int
    goes_on: bool
    course: Course


@dataclass(frozen=True)
class Column:
    """A dose in its place."""

    x: int
    y: int
    height: int
    dose: Dose


@dataclass(frozen=True)
class Tick:
    """A place on the axis."""

    x: int
    on: date
    shows_year: bool


@dataclass(frozen=True)
class Picture:
    """Everything in its place. `hidden` tells how much did not fit and is in the table only."""

    begin: date
    end: date
    height: int
    plot_top: int
    plot_bottom: int
    doses_bottom: int
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[tuple[int, int], ...]
    hidden: int
    width: int = WIDTH

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen."""
        return not (self.lines or self.marks or self.bars or self.columns)


def draw(history: History, *, begin: date, end: date) -> Picture:
    """The picture of what lies between two days, inclusive. `end` must come after `begin`."""
    if end <= begin:
        raise ValueError("A time line needs at least two days.")
    axis = _Axis(begin, end)
    marks, mark_lanes, unseen = _marks(history.events, axis)
    plot_top = LANE * max(1, mark_lanes) + 8
    plot_bottom = plot_top + PLOT
    bars, bar_lanes, unseen_bars = _bars(history.courses, axis, plot_bottom + 14)
    doses_bottom = plot_bottom + 14 + LANE * bar_lanes + (DOSES if history.doses else 0)
    return Picture(
        begin=begin,
        end=end,
        height=doses_bottom + AXIS,
        plot_top=plot_top,
        plot_bottom=plot_bottom,
        doses_bottom=doses_bottom,
        lines=_lines(history.scores, axis, plot_top),
        marks=marks,
        bars=bars,
        columns=_columns(history.doses, axis, doses_bottom),
        ticks=tuple(_ticks(axis)),
        levels=tuple((value, plot_bottom - PLOT * value // 10) for value in (0, 5, 10)),
        hidden=unseen + unseen_bars,
    )


@dataclass(frozen=True)
class _Axis:
    begin: date
    end: date

    def x(self, day: date) -> int:
        whole = (self.end - self.begin).days
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.begin).days // whole

    def shows(self, day: date) -> bool:
        return self.begin <= day <= self.end


class _Lanes:
    """Lanes in which what is put side by side never overlaps."""

    def __init__(self) -> None:
        self.ends: list[int] = []

    def place(self, start: int, end: int) -> int | None:
        for number, taken in enumerate(self.ends):
            if taken <= start:
                self.ends[number] = end
                return number
        if len(self.ends) == MOST_LANES:
            return None
        self.ends.append(end)
        return len(self.ends) - 1


def _marks(events: Iterable[Event], axis: _Axis) -> tuple[tuple[Mark, ...], int, int]:
    placed: list[tuple[int, int, str, int, Event]] = []
    lanes, unseen = _Lanes(), 0
    for event in sorted(events, key=lambda event: (event.on, event.label)):
        if not axis.shows(event.on):
            continue
        x, room = axis.x(event.on), len(event.label) * LETTER + 12
        fits_right = x + room <= WIDTH
        start = x if fits_right else x - room
        lane = lanes.place(start, start + room)
        if lane is None:
            unseen += 1
            continue
        anchor = "start" if fits_right else "end"
        placed.append((x, x + 4 if fits_right else x - 4, anchor, lane, event))
    used = len(lanes.ends)
    marks = tuple(
        # The first lane is the lowest, next to the plot.
        Mark(x, text_x, LANE * (used - lane) - 6, anchor, event)
        for x, text_x, anchor, lane, event in placed
    )
    return marks, used, unseen


def _bars(courses: Iterable[Course], axis: _Axis, top: int) -> tuple[tuple[Bar, ...], int, int]:
    bars, lanes, unseen = [], _Lanes(), 0
    for course in sorted(courses, key=lambda course: (course.start, course.label)):
        last = course.end or axis.end
        if course.start > axis.end or last < axis.begin:
            continue
        x = axis.x(max(course.start, axis.begin))
        width = max(3, axis.x(min(last, axis.end)) - x)
        room = len(course.label) * LETTER + 12
        text_x = min(x + 6, WIDTH - room)
        lane = lanes.place(min(x, text_x), max(x + width, text_x + room))
        if lane is None:
            unseen += 1
            continue
        y = top + LANE * lane
        goes_on = course.end is None or course.end > axis.end
        bars.append(Bar(x, y, width, text_x, y + 14, goes_on, course))
    return tuple(bars), len(lanes.ends), unseen


def _lines(scores: Iterable[Score], axis: _Axis, top: int) -> tuple[Line, ...]:
    by_instrument: dict[str, list[Dot]] = {}
    for score in sorted(scores, key=lambda score: score.on):
        if axis.shows(score.on):
            share = (score.value - score.lowest) / (score.highest - score.lowest)
            y = top + PLOT - int(PLOT * min(max(share, Decimal(0)), Decimal(1)))
            by_instrument.setdefault(score.instrument, []).append(Dot(axis.x(score.on), y, score))
    return tuple(
        Line(instrument, number, tuple(dots))
        for number, (instrument, dots) in enumerate(sorted(by_instrument.items()), start=1)
    )


def _columns(doses: Iterable[Dose], axis: _Axis, bottom: int) -> tuple[Column, ...]:
    shown = sorted((dose for dose in doses if axis.shows(dose.on)), key=lambda dose: dose.on)
    most = max([dose.milligrams for dose in shown], default=Decimal(1)) or Decimal(1)
    room = DOSES - 18
    return tuple(
        Column(axis.x(dose.on), bottom - height, height, dose)
        for dose in shown
        for height in [max(2, int(room * dose.milligrams / most))]
    )


def _ticks(axis: _Axis) -> Iterable[Tick]:
    days = (axis.end - axis.begin).days
    months = next(
        (step for step, most in ((1, 370), (3, 1150), (6, 2200), (12, 5500)) if days <= most), 24
    )
    day = axis.begin.replace(day=1)
    year_shown = None
    while day <= axis.end:
        if axis.shows(day) and (day.month - 1 + 12 * day.year) % months == 0:
            yield Tick(axis.x(day), day, shows_year=day.year != year_shown)
            year_shown = day.year
        day = (day + timedelta(days=32)).replace(day=1)
