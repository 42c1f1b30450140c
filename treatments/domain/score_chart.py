"""A small picture of scores over time: where points and lines stand, without drawing them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 10, 24


@dataclass(frozen=True)
class Point:
    """A score: where it stands, and what it says."""

    x: int
    y: int
    at: datetime
    score: Decimal


@dataclass(frozen=True)
class Line:
    """The scores of one questionnaire. `number` tells the lines of a picture apart."""

    number: int
    name: str
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """For `<polyline points>`."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True)
class Mark:
    """Something that was done: a vertical line."""

    x: int
    at: datetime
    name: str


@dataclass(frozen=True)
class Picture:
    """Lines on an axis of time and one from best to worst, both in the same units for all lines."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    first: datetime
    last: datetime
    ticks: tuple[tuple[int, int], ...]

    width, height = WIDTH, HEIGHT
    left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM


def draw(
    series: Sequence[tuple[str, Sequence[tuple[datetime, Decimal]]]],
    done: Iterable[tuple[datetime, str]],
    *,
    top: Decimal = Decimal(10),
) -> Picture | None:
    """A picture of scores from 0 to `top`; None if there are none. What was done outside the time
    of the scores, and a day before, is left out."""
    instants = [at for _name, points in series for at, _score in points]
    if not instants:
        return None
    first, last = min(instants), max(instants)
    if last - first < timedelta(days=1):
        first, last = first - timedelta(hours=12), last + timedelta(hours=12)

    def across(at: datetime) -> int:
        return LEFT + round((at - first) / (last - first) * (WIDTH - LEFT - RIGHT))

    def down(score: Decimal) -> int:
        return TOP + round((1 - score / top) * (HEIGHT - TOP - BOTTOM))

    lines = tuple(
        Line(
            number,
            name,
            tuple(Point(across(at), down(score), at, score) for at, score in sorted(points)),
        )
        for number, (name, points) in enumerate(series)
    )
    marks = tuple(Mark(across(at), at, name) for at, name in sorted(done) if first <= at <= last)
    ticks = tuple((down(top * part / 2), round(top * part / 2)) for part in (0, 1, 2))
    return Picture(lines, marks, first, last, ticks)
