"""The spine as a picture to pick levels from: its pieces from the neck down, seen from behind.

Each piece is drawn by itself and is the label of a real checkbox, so that the picture works with a
keyboard, a finger and a screen reader alike. Lengths are in the units of a drawing 120 wide.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from treatments.domain.catalogue import TreatmentDetails
from treatments.domain.procedures import levels_for
from treatments.domain.spine import (
    INTERSPACES,
    VERTEBRAE,
    LevelKind,
    Region,
    in_order,
    region_of,
)

MIDDLE = 60
# Half the width of a vertebra at the upper and the lower end of a region.
_HALVES = {
    Region.CERVICAL: (13, 17),
    Region.THORACIC: (17, 23),
    Region.LUMBAR: (24, 29),
    Region.SACRAL: (27, 12),
}
# How far the transverse processes stand out.
_WINGS = {Region.CERVICAL: 7, Region.THORACIC: 13, Region.LUMBAR: 17, Region.SACRAL: 8}
_SPOKEN = {
    LevelKind.VERTEBRA: "vertebra",
    LevelKind.ROOT: "root",
    LevelKind.INTERSPACE: "interspace",
    LevelKind.DISC: "disc",
    LevelKind.FACET: "facet joint",
}


@dataclass(frozen=True)
class Piece:
    """One piece: a vertebra, or what lies between two. `level` is "" where nothing is picked."""

    name: str
    shape: str
    level: str
    spoken: str
    left: int
    right: int
    tip_left: int
    tip_right: int
    is_checked: bool
    cement: str = ""
    wrong: str = ""

    @property
    def width(self) -> int:
        """How wide the body is."""
        return self.right - self.left


@dataclass(frozen=True)
class Part:
    """One region of the picture."""

    region: Region
    pieces: tuple[Piece, ...]

    @property
    def label(self) -> str:
        """As it is read."""
        return self.region.capitalize()


def picture(
    details: TreatmentDetails,
    checked: Collection[str],
    cement: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> list[Part]:
    """The parts of the spine a treatment is done in, with what it may name ready to be picked.

    `cement` is what is written beside each level, `wrong` what is wrong with that.
    """
    allowed = set(levels_for(details))
    if not allowed:
        return []
    parts = []
    for region in Region:
        names = _names(region, allowed, details)
        if region not in details.regions or not allowed & set(names):
            continue
        pieces = [
            _piece(name, number / max(1, len(names) - 1), region, allowed, details, checked)
            for number, name in enumerate(names)
        ]
        parts.append(Part(region, tuple(_written(p, cement or {}, wrong or {}) for p in pieces)))
    return parts


def _names(region: Region, allowed: Collection[str], details: TreatmentDetails) -> list[str]:
    if region is Region.SACRAL:
        return [name for name in ("S1", "S2", "S3", "S4", "SI", "caudal") if name in allowed]
    own = [name for name in VERTEBRAE if region_of(name) is region]
    names = []
    for vertebra in own:
        names.append(vertebra)
        if vertebra == "C7" and "C8" in allowed:
            names.append("C8")
        below = next((gap for gap in INTERSPACES if gap.startswith(f"{vertebra}-")), "")
        if below:
            names.append(below)
    return names


def _written(piece: Piece, cement: Mapping[str, str], wrong: Mapping[str, str]) -> Piece:
    return replace(piece, cement=cement.get(piece.level, ""), wrong=wrong.get(piece.level, ""))


def _piece(
    name: str,
    along: float,
    region: Region,
    allowed: Collection[str],
    details: TreatmentDetails,
    checked: Collection[str],
) -> Piece:
    upper, lower = _HALVES[region]
    half = round(upper + (lower - upper) * along)
    wing = _WINGS[region]
    level = name if name in allowed else ""
    return Piece(
        name=name,
        shape=_shape(name, details),
        level=level,
        spoken=_spoken(name, details),
        left=MIDDLE - half,
        right=MIDDLE + half,
        tip_left=MIDDLE - half - wing,
        tip_right=MIDDLE + half + wing,
        is_checked=bool(level) and level in checked,
    )


def _shape(name: str, details: TreatmentDetails) -> str:
    kinds = set(details.level_kinds)
    if name in {"SI", "caudal"}:
        return name.lower()
    if "-" in name:
        return "facet" if LevelKind.FACET in kinds else "gap"
    return "root" if LevelKind.ROOT in kinds else "vertebra"


def _spoken(name: str, details: TreatmentDetails) -> str:
    if name in {"SI", "caudal"}:
        return "sacroiliac joint" if name == "SI" else "caudal canal"
    between = {LevelKind.INTERSPACE, LevelKind.DISC, LevelKind.FACET}
    kinds = [
        word
        for kind, word in _SPOKEN.items()
        if kind in details.level_kinds and ((kind in between) == ("-" in name))
    ]
    return " or ".join(kinds)


_SIDES = {"left": "left", "right": "right", "bilateral": "both sides", "midline": "midline"}


def said(region: str, levels: Sequence[str], laterality: str) -> str:
    """What is picked, as a sentence: "Lumbar, L4-L5 and L5-S1, left." """
    named = in_order([level for level in levels if level])
    words = [region.capitalize()] if region else []
    if named:
        words.append(" and ".join(filter(None, [", ".join(named[:-1]), named[-1]])))
    if laterality:
        words.append(_SIDES.get(laterality, laterality))
    return f"{', '.join(words)}." if words else "Nothing is picked yet."
