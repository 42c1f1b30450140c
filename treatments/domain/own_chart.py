"""The picture of somebody's own pain, with what was done for it, as wide as a phone.

Everything is placed here, in whole units of a drawing `WIDTH` wide; a template only writes it down.
What was done is marked with a number: the list below the picture says what each number is, because
words would not fit. The picture claims nothing about what caused what.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median_low

from treatments.domain.pain_diary import MOST, Strength, strength

WIDTH = 340
LEFT, RIGHT = 24, 18
PLOT = 150
AXIS = 24
# Marks are circles so wide; nearer than that they stand above one another.
MARK = 22
MOST_LANES = 4
# Days without a word in between; a line across more of them would say what nobody said.
_GAPS = {1: 2, 7: 21}


class Span(StrEnum):
    """How much of the past is drawn."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def days(self) -> int:
        """How many days, today included."""
        return {"week": 7, "month": 30, "year": 365}[self.value]

    @property
    def step(self) -> int:
        """How many days one point stands for."""
        return 7 if self is Span.YEAR else 1


@dataclass(frozen=True)
class Done:
    """Something that was done or begun on a day, in plain words."""

    on: date
    label: str


@dataclass(frozen=True)
class Point:
    """The pain of a day, or of a week: the one in the middle, with the least and the most."""

    on: date
    pain: int
    least: int
    most: int
    days: int
    x: int = 0
    y: int = 0

    @property
    def strength(self) -> Strength:
        """Its word and colour."""
        return strength(self.pain)

    @property
    def varies(self) -> bool:
        """Whether the days of the week said different things."""
        return self.least != self.most


@dataclass(frozen=True)
class Mark:
    """What was done on a day, under one number."""

    number: int
    on: date
    labels: tuple[str, ...]
    x: int
    y: int


@dataclass(frozen=True)
class Tick:
    """A place on the axis."""

    x: int
    on: date


@dataclass(frozen=True)
class Picture:
    """Everything in its place. `runs` are points in a row, each joined by one line."""

    span: Span
    begin: date
    end: date
    top: int
    height: int
    points: tuple[Point, ...]
    runs: tuple[str, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[tuple[int, int], ...]
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def bottom(self) -> int:
        """Where pain is 0."""
        return self.top + PLOT

    @property
    def is_empty(self) -> bool:
        """Whether nobody has said or done anything in this time."""
        return not (self.points or self.marks)


def draw(
    days: Iterable[tuple[date, int]], done: Iterable[Done], *, span: Span, today: date
) -> Picture:
    """The picture of the last days, up to today."""
    begin = today - timedelta(days=span.days - 1)
    marks, lanes = _marks(done, begin, today)
    top = 12 + lanes * MARK
    points = tuple(
        _placed(point, begin, today, top) for point in points_of(days, begin, today, step=span.step)
    )
    return Picture(
        span=span,
        begin=begin,
        end=today,
        top=top,
        height=top + PLOT + AXIS,
        points=points,
        runs=tuple(_runs(points, _GAPS[span.step])),
        marks=marks,
        ticks=tuple(_ticks(begin, today, span)),
        levels=tuple((value, _y(value, top)) for value in (0, 5, 10)),
    )


def points_of(
    days: Iterable[tuple[date, int]], begin: date, end: date, *, step: int
) -> list[Point]:
    """One for every `step` days, counted back from the end, as far as anything was said."""
    found: dict[date, list[int]] = defaultdict(list)
    for on, pain in days:
        if begin <= on <= end:
            last = end - timedelta(days=(end - on).days // step * step)
            found[max(begin, last)].append(pain)
    return [
        Point(on, median_low(pains), min(pains), max(pains), len(pains))
        for on, pains in sorted(found.items())
    ]


def _placed(point: Point, begin: date, end: date, top: int) -> Point:
    return Point(
        point.on,
        point.pain,
        point.least,
        point.most,
        point.days,
        _x(point.on, begin, end),
        _y(point.pain, top),
    )


def _x(day: date, begin: date, end: date) -> int:
    whole = (end - begin).days
    return LEFT + 6 + (WIDTH - LEFT - RIGHT - 12) * (day - begin).days // whole


def _y(pain: int, top: int) -> int:
    return top + PLOT - PLOT * pain // MOST


def _runs(points: Sequence[Point], gap: int) -> Iterable[str]:
    run: list[Point] = []
    for point in points:
        if run and (point.on - run[-1].on).days > gap:
            yield _path(run)
            run = []
        run.append(point)
    if run:
        yield _path(run)


def _path(run: Iterable[Point]) -> str:
    return " ".join(f"{point.x},{point.y}" for point in run)


def _marks(done: Iterable[Done], begin: date, end: date) -> tuple[tuple[Mark, ...], int]:
    """Numbers from left to right, the marks of one day together; and how many rows they take."""
    by_day: dict[date, list[str]] = defaultdict(list)
    for one in done:
        if begin <= one.on <= end and one.label not in by_day[one.on]:
            by_day[one.on].append(one.label)
    ends: list[int] = []
    marks = []
    for number, (on, labels) in enumerate(
        sorted((on, labels) for on, labels in by_day.items() if labels), start=1
    ):
        x = _x(on, begin, end)
        lane = next((at for at, taken in enumerate(ends) if taken <= x - MARK), len(ends))
        lane = min(lane, MOST_LANES - 1)
        ends[lane : lane + 1] = [x]
        marks.append(Mark(number, on, tuple(labels), x, 11 + lane * MARK))
    return tuple(marks), len(ends)


def _ticks(begin: date, end: date, span: Span) -> Iterable[Tick]:
    if span is Span.YEAR:
        day = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        while day <= end:
            if (day.month - 1) % 3 == 0:
                yield Tick(_x(day, begin, end), day)
            day = (day + timedelta(days=32)).replace(day=1)
        return
    step = 1 if span is Span.WEEK else 7
    for back in range(0, span.days, step):
        day = end - timedelta(days=back)
        yield Tick(_x(day, begin, end), day)
