"""Which test of the catalogue the values of another laboratory answer, by what they are called.

A test is answered on a day when all its parts are there; each part has several names.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_REMEMBERED = 8192
_COUNTED = ("complete blood count", "cbc")
# Test of the catalogue → its parts → the names of each.
PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "kidney-function": (("creatinine", "egfr", "glomerular filtration"),),
    "blood-count": (
        ("hemoglobin", "haemoglobin", "hematocrit", "haematocrit", *_COUNTED),
        ("leukocytes", "white blood", "platelet", *_COUNTED),
    ),
    "liver-function": (("alanine aminotransferase", "alt"),),
    "clotting": (("inr", "international normalized ratio"),),
    "hba1c": (("hba1c", "hemoglobin a1c", "haemoglobin a1c"),),
    "glucose": (("glucose",),),
    "inflammation-markers": (
        ("c-reactive protein", "c reactive protein", "crp"),
        ("sedimentation",),
    ),
    "vitamin-d": (("25-hydroxyvitamin", "25-hydroxy vitamin", "vitamin d"), ("calcium",)),
    "prostate-antigen": (("prostate specific", "prostate-specific", "psa"),),
    "morning-cortisol": (("cortisol",),),
    "bone-density": (("t-score", "bone density", "bone mineral density"),),
}
# Of another fluid, or made of other values: these are other tests.
_OTHERS = re.compile(
    r"urine|microalbumin|albumin/|creatinine ratio|spinal fluid|estimated average|ionized|mean "
)
_A1C = re.compile(r"a1c")
_SHORT = 5


@lru_cache(_REMEMBERED)
def parts_of(text: str) -> frozenset[tuple[str, int]]:
    """The tests that a value of this name is part of, with the number of the part."""
    told = text.casefold()
    if _OTHERS.search(told):
        return frozenset()
    return frozenset(
        (test, number)
        for test, parts in PARTS.items()
        for number, names in enumerate(parts)
        if any(_is_called(told, name) for name in names)
        and (test == "hba1c" or not _A1C.search(told))
    )


def answered(names: Iterable[str], coded: Iterable[str] = ()) -> frozenset[str]:
    """The tests that values of these names answer together; `coded` are those named by a code."""
    there = {part for name in names for part in parts_of(name)}
    whole = {
        test
        for test, parts in PARTS.items()
        if all((test, number) in there for number in range(len(parts)))
    }
    return frozenset({*whole, *coded})


def _is_called(told: str, name: str) -> bool:
    if len(name) >= _SHORT:
        return name in told
    return bool(re.search(rf"\b{re.escape(name)}\b", told))
