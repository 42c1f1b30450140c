"""The cells of a column as HTML, written by hand instead of by a template.

A board of thirty columns has eight hundred cells. Django's templates take a tenth of a second for
so many; this takes a hundredth, and leaves out the end tags and quotes that HTML does not ask for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from django.utils.safestring import SafeString, mark_safe

from scheduling.domain.intake_states import INTAKE_WORDS
from scheduling.domain.short_ids import short_instant
from scheduling.domain.states import MOVABLE
from scheduling.queries.day_grid import Cell, Column, Seat
from scheduling.queries.landing import Landing

STOPPED = "Stopped"


@dataclass(frozen=True)
class Surroundings:
    """What the cells of a page have in common: addresses, what the viewer may do, who is meant.

    The addresses are relative to the board's own, which is shorter.
    `landings` say for each column that can take the parked visit that is picked where it fits.
    `meant` is the short id of the visit to look at first, and `meant_id` its element's id.
    """

    visit_url: str
    hold_url: str
    quick_url: str
    drop_url: str
    may_book: bool
    landings: Mapping[int, Landing] = field(default_factory=dict)
    meant: str = ""
    meant_id: str = ""


def drawn_cells(column: Column, around: Surroundings) -> SafeString:
    """The list items of one column, in order of time."""
    return mark_safe("".join(_items(column, around)))  # noqa: S308 - every text is escaped below


def _items(column: Column, around: Surroundings) -> Iterable[str]:
    for cell in column.cells:
        drawn = _DRAWN[cell.shape](cell, column, around)
        yield f'<li class="{cell.css}"{_id(cell.seat, around)}{_title(cell)}>{drawn}'


def _title(cell: Cell) -> str:
    """A card beside another one is too narrow for all of it: the rest is read by pointing at it."""
    seat = cell.seat
    if seat is None or " k" not in cell.css:
        return ""
    wait = "" if seat.waited is None else f"{seat.waited} min"
    stopped = STOPPED if seat.is_stopped else ""
    words = (f"{cell.time} {seat.name}", stopped, seat.word, wait, seat.kind, seat.flags)
    return f' title="{escape(" · ".join(word for word in words if word))}"'


def _id(seat: Seat | None, around: Surroundings) -> str:
    return f" id=appointment-{around.meant_id}" if seat and seat.id == around.meant else ""


def _visit(cell: Cell, _column: Column, around: Surroundings) -> str:
    seat = cell.seat
    assert seat is not None
    flags = f" <em>{seat.flags}</em>" if seat.flags else ""
    return (
        f"<a href={around.visit_url}{seat.id}/{_at(cell, seat, around)}><b>{cell.time}</b> "
        f"{_intake(seat)}{escape(seat.name)}</a>"
        f"{_state(seat)}{_wait(seat)}{_step(seat)}<p>{escape(seat.kind)}{flags}"
    )


def _at(cell: Cell, seat: Seat, around: Surroundings) -> str:
    """When it begins here, for whoever may move it: a board that is old says so by this."""
    return f" data-at={cell.start}" if around.may_book and seat.status in MOVABLE else ""


def _wait(seat: Seat) -> str:
    if seat.waited is None:
        return ""
    long = " class=long" if seat.is_long else ""
    return f"<time data-since={seat.since}{long}>{seat.waited} min</time>"


def _state(seat: Seat) -> str:
    """Where the visit stands; that it may not go on is said in that place, which is never cut."""
    if seat.is_stopped:
        return f"<i class=stopped>{STOPPED}</i>"
    return f"<i>{seat.word}</i>"


def _intake(seat: Seat) -> str:
    """A mark before the name, where the shortest card still shows it; its words are read aloud."""
    if seat.intake is None:
        return ""
    words = INTAKE_WORDS[seat.intake]
    return f'<u class={seat.intake} title="{words}">{words}</u> '


def _step(seat: Seat) -> str:
    return f"<button name={seat.step} value={seat.id}>{seat.label}</button>" if seat.step else ""


def _gap(cell: Cell, column: Column, around: Surroundings) -> str:
    pk = column.resource.pk
    landing = around.landings.get(pk)
    first = landing.within(cell.stretch) if landing else None
    if first:
        return (
            f'<button name=to value="{pk}/{short_instant(first)}" data-gap={cell.start} '
            f"formaction={around.drop_url}>Move here <small>{cell.words}</small></button>"
        )
    if around.may_book:
        return f"<a href={around.quick_url}?at={pk}/{cell.start}>{cell.words} free</a>"
    return f"<span>{cell.words} free</span>"


def _group(cell: Cell, _column: Column, around: Surroundings) -> str:
    people = "".join(
        f'<li class="{seat.css}"{_id(seat, around)}>'
        f"<a href={around.visit_url}{seat.id}/{_at(cell, seat, around)}>"
        f"{_intake(seat)}{escape(seat.name)}</a>"
        f"{_state(seat)}{_wait(seat)}{_step(seat)}"
        for seat in cell.people
    )
    title = f"<b>{cell.time} {escape(cell.words)}</b> <small>{len(cell.people)} in it</small>"
    return f"{title}<ul>{people}</ul>"


def _hold(cell: Cell, _column: Column, around: Surroundings) -> str:
    words = f"<b>Held</b> {cell.time} {escape(cell.words)}"
    return f"<a href={around.hold_url}{cell.hold}/>{words}</a>"


def _block(cell: Cell, _column: Column, _around: Surroundings) -> str:
    return f"<b>Blocked</b> {cell.time} {escape(cell.words)}"


def _closed(cell: Cell, _column: Column, _around: Surroundings) -> str:
    return escape(cell.words)


def _word(word: str) -> Callable[[Cell, Column, Surroundings], str]:
    return lambda _cell, _column, _around: word


_DRAWN: dict[str, Callable[[Cell, Column, Surroundings], str]] = {
    "visit": _visit,
    "gap": _gap,
    "group": _group,
    "hold": _hold,
    "block": _block,
    "buffer": _word("Buffer"),
    "closed": _closed,
}
