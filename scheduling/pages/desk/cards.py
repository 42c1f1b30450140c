"""The cells of a column as HTML, written by hand instead of by a template.

A board of thirty columns has eight hundred cells. Django's templates take a tenth of a second for
so many; this takes a hundredth, and leaves out the end tags and quotes that HTML does not ask for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from scheduling.domain.states import MOVABLE
from scheduling.queries.day_grid import Cell, Column, Seat


@dataclass(frozen=True)
class Surroundings:
    """What the cells of a page have in common: addresses, what the viewer may do, who is meant.

    The addresses are relative to the board's own, which is shorter.
    `able` are the columns whose gaps offer to take the parked visit that is picked. `meant` is the
    short id of the visit to look at first, and `meant_id` its element's id.
    """

    visit_url: str
    quick_url: str
    drop_url: str
    may_book: bool
    able: frozenset[int] = frozenset()
    meant: str = ""
    meant_id: str = ""


def drawn_cells(column: Column, around: Surroundings) -> SafeString:
    """The list items of one column, in order of time."""
    return mark_safe("".join(_items(column, around)))  # noqa: S308 - every text is escaped below


def _items(column: Column, around: Surroundings) -> Iterable[str]:
    for cell in column.cells:
        drawn = _DRAWN[cell.shape](cell, column, around)
        yield f'<li class="{cell.css}"{_id(cell.seat, around)}>{drawn}'


def _id(seat: Seat | None, around: Surroundings) -> str:
    return f" id=appointment-{around.meant_id}" if seat and seat.id == around.meant else ""


def _visit(cell: Cell, _column: Column, around: Surroundings) -> str:
    seat = cell.seat
    assert seat is not None
    flags = f" <em>{seat.flags}</em>" if seat.flags else ""
    return (
        f"<a href={around.visit_url}{seat.id}/{_at(cell, seat, around)}><b>{cell.time}</b> "
        f"{escape(seat.name)}</a>"
        f"<i>{seat.word}</i>{_wait(seat)}{_step(seat)}<p>{escape(seat.kind)}{flags}"
    )


def _at(cell: Cell, seat: Seat, around: Surroundings) -> str:
    """When it begins here, for whoever may move it: a board that is old says so by this."""
    return f" data-at={cell.start}" if around.may_book and seat.status in MOVABLE else ""


def _wait(seat: Seat) -> str:
    if seat.waited is None:
        return ""
    long = " class=long" if seat.is_long else ""
    return f"<time data-since={seat.since}{long}>{seat.waited} min</time>"


def _step(seat: Seat) -> str:
    return f"<button name={seat.step} value={seat.id}>{seat.label}</button>" if seat.step else ""


def _gap(cell: Cell, column: Column, around: Surroundings) -> str:
    at = f"{column.resource.pk}/{cell.start}"
    if column.resource.pk in around.able:
        return (
            f'<button name=to value="{at}" formaction={around.drop_url}>Move here '
            f"<small>{cell.words}</small></button>"
        )
    if around.may_book:
        return f"<a href={around.quick_url}?at={at}>{cell.words} free</a>"
    return f"<span>{cell.words} free</span>"


def _group(cell: Cell, _column: Column, around: Surroundings) -> str:
    people = "".join(
        f'<li class="v {seat.status}{"" if seat.is_wanted else " dim"}"{_id(seat, around)}>'
        f"<a href={around.visit_url}{seat.id}/{_at(cell, seat, around)}>{escape(seat.name)}</a>"
        f"<i>{seat.word}</i>{_wait(seat)}{_step(seat)}"
        for seat in cell.people
    )
    title = f"<b>{cell.time} {escape(cell.words)}</b> <small>{len(cell.people)} in it</small>"
    return f"{title}<ul>{people}</ul>"


def _hold(cell: Cell, _column: Column, _around: Surroundings) -> str:
    return f"<b>Held</b> {cell.time} {escape(cell.words)}"


def _block(cell: Cell, _column: Column, _around: Surroundings) -> str:
    return f"<b>Blocked</b> {cell.time} {escape(cell.words)}"


def _word(word: str) -> Callable[[Cell, Column, Surroundings], str]:
    return lambda _cell, _column, _around: word


_DRAWN: dict[str, Callable[[Cell, Column, Surroundings], str]] = {
    "visit": _visit,
    "gap": _gap,
    "group": _group,
    "hold": _hold,
    "block": _block,
    "buffer": _word("Buffer"),
    "closed": _word("Closed"),
}
