"""A procedure piece by piece, so that what two people write in one draft can be put together.

Names: `findings`, `levels` and so on as in `Content`; `checklist.consent`, `device_settings.mode`,
`cement.L1`. Drugs are no pieces: a list of rows is taken whole from one writer or the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from treatments.domain.procedures import Content, GivenDrug
from treatments.domain.spine import in_order

CEMENT = "cement_ml"
_NESTED = ("checklist", "device_settings")
_WHOLE = tuple(
    field.name for field in fields(Content) if field.name not in {*_NESTED, "drugs", "levels"}
)


def take_apart(content: Content) -> dict[str, Any]:
    """The pieces in which something is said."""
    pieces = {name: getattr(content, name) for name in _WHOLE}
    pieces["levels"] = tuple(in_order(content.levels))
    for part in _NESTED:
        pieces |= {f"{part}.{key}": value for key, value in getattr(content, part).items()}
    cement = pieces.pop(f"device_settings.{CEMENT}", None) or {}
    pieces |= {f"cement.{level}": volume for level, volume in cement.items()}
    return {name: value for name, value in pieces.items() if value not in (None, "", ())}


def put_together(pieces: Mapping[str, Any], drugs: Sequence[GivenDrug]) -> Content:
    """The content that has these pieces; the inverse of `take_apart`."""
    device = _within("device_settings.", pieces)
    if cement := _within("cement.", pieces):
        device[CEMENT] = cement
    return Content(
        **{name: pieces[name] for name in (*_WHOLE, "levels") if name in pieces},
        checklist=_within("checklist.", pieces),
        device_settings=device,
        drugs=tuple(drugs),
    )


def _within(start: str, pieces: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(start): value
        for name, value in pieces.items()
        if name.startswith(start) and value is not None
    }
