"""What the desk should know of a visit at a glance, in words; nothing of it is clinical."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_FLAGS: Sequence[tuple[str, Callable[[Row, str], bool]]] = (
    ("First visit", lambda row, _to: row["is_first"]),
    ("Spanish", lambda row, to: row[f"{to}patient__language"] == "es"),
    ("Overbooked", lambda row, to: bool(row[f"{to}overbooking_reason"])),
    ("Moved", lambda row, _to: row["is_moved"]),
    ("Waitlist", lambda row, _to: row["is_waiting"]),
    ("Online", lambda row, to: row[f"{to}booked_by_id"] is None),
)


def flags_in(row: Row, to: str) -> str:
    """What a row of the board says: "First visit · Spanish". `to` is the way to the visit."""
    words = [word for word, holds in _FLAGS if holds(row, to)]
    late = row[f"{to}late_minutes"]
    return " · ".join([*words, f"Says {late} min late"] if late else words)
