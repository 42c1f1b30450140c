"""The spine as it is written down: regions, vertebrae, discs, joints and roots, and which fit.

A level is a short text as clinicians say it: a vertebra "L4", an interspace, disc or facet joint
"L4-L5", a root or foramen "L5", the sacroiliac joint "SI", the caudal canal "caudal".
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

VERTEBRAE: tuple[str, ...] = (
    *(f"C{number}" for number in range(1, 8)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    "S1",
)
INTERSPACES: tuple[str, ...] = tuple(f"{upper}-{lower}" for upper, lower in pairwise(VERTEBRAE))
# There are eight cervical roots and seven vertebrae: C8 leaves below C7.
ROOTS: tuple[str, ...] = (
    *(f"C{number}" for number in range(1, 9)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    *(f"S{number}" for number in range(1, 5)),
)


class Region(StrEnum):
    """Where in the spine, as charts say it."""

    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBAR = "lumbar"
    SACRAL = "sacral"


class CountingRegion(StrEnum):
    """The two regions in which limits on epidural and facet injections are counted.

    Source: CMS articles A58993 (epidural) and A57787 (facet). T12-L1 counts as cervical/thoracic.
    """

    CERVICAL_THORACIC = "cervical_thoracic"
    LUMBAR_SACRAL = "lumbar_sacral"


class LevelKind(StrEnum):
    """What a level of a treatment names."""

    NONE = "none"
    VERTEBRA = "vertebra"
    INTERSPACE = "interspace"
    ROOT = "root"
    FACET = "facet"
    DISC = "disc"
    SACROILIAC = "sacroiliac"
    CAUDAL = "caudal"


class Laterality(StrEnum):
    """Which side."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    MIDLINE = "midline"


_LEVELS: dict[LevelKind, tuple[str, ...]] = {
    LevelKind.NONE: (),
    LevelKind.VERTEBRA: VERTEBRAE,
    LevelKind.INTERSPACE: INTERSPACES,
    LevelKind.ROOT: ROOTS,
    # There is no facet joint between C1 and C2 that is treated under this name.
    LevelKind.FACET: INTERSPACES[1:],
    # Nor a disc.
    LevelKind.DISC: INTERSPACES[1:],
    LevelKind.SACROILIAC: ("SI",),
    LevelKind.CAUDAL: ("caudal",),
}


class UnknownLevel(ValueError):
    """No such level in the spine."""


def levels_of(kind: LevelKind, region: Region | None = None) -> tuple[str, ...]:
    """Every level of a kind from the neck down, in one region or in all."""
    return tuple(level for level in _LEVELS[kind] if region is None or region_of(level) is region)


def region_of(level: str) -> Region:
    """The region a level belongs to; one between two regions belongs to the upper.

    Raises `UnknownLevel`.
    """
    if level in {"SI", "caudal"}:
        return Region.SACRAL
    first = level.split("-")[0]
    if first not in ROOTS:
        raise UnknownLevel(level)
    return {"C": Region.CERVICAL, "T": Region.THORACIC, "L": Region.LUMBAR, "S": Region.SACRAL}[
        first[0]
    ]


def counting_region(region: Region) -> CountingRegion:
    """In which of the two counted regions a region lies."""
    if region in {Region.CERVICAL, Region.THORACIC}:
        return CountingRegion.CERVICAL_THORACIC
    return CountingRegion.LUMBAR_SACRAL


def in_order(levels: Sequence[str]) -> list[str]:
    """Levels from the neck down, each once. Raises `UnknownLevel`."""
    return sorted(set(levels), key=_position)


def _position(level: str) -> tuple[int, str]:
    if level in {"SI", "caudal"}:
        return len(ROOTS), level
    first = level.split("-")[0]
    if first not in ROOTS:
        raise UnknownLevel(level)
    return ROOTS.index(first), level


def fitting_levels(levels: Sequence[str], region: Region, kinds: Sequence[LevelKind]) -> list[str]:
    """The levels in order, if each is of one of these kinds and lies in the region.

    A level between two regions fits either of them. Raises `UnknownLevel` with a sentence.
    """
    known = {level for kind in kinds for level in levels_of(kind)}
    for level in levels:
        if level not in known:
            raise UnknownLevel(f"{level} is not a level that this treatment has.")
        if region not in regions_of(level):
            raise UnknownLevel(f"{level} is not {region} but {region_of(level)}.")
    return in_order(levels)


def regions_of(level: str) -> set[Region]:
    """The one or two regions that a level touches. Raises `UnknownLevel`."""
    if level in {"SI", "caudal"}:
        # Both are reached from the lumbar field and charted under either.
        return {Region.SACRAL, Region.LUMBAR}
    return {region_of(part) for part in level.split("-")}


def known_levels(levels: Sequence[str]) -> list[str]:
    """Those of the levels that are in the spine: an import may say anything."""
    return [level for level in levels if level in {*VERTEBRAE, *INTERSPACES, *ROOTS, *_OTHERS}]


_OTHERS = ("SI", "caudal")
