"""What a clinician must not overlook: conditions that change what may be given.

Read from problem list, medicines and measurements. It only points: the rules decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# For each, words of a problem and prefixes of ICD-10-CM codes that mean it.
_SIGNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Osteoporosis": (("osteoporo",), ("M80", "M81")),
    "Diabetes": (("diabetes", "diabetic"), ("E08", "E09", "E10", "E11", "E13", "O24")),
    "Pregnancy": (("pregnan",), ("Z33", "Z34", "O09")),
    "Immunosuppression": (
        ("immunosuppress", "immunodefic", "immunocomprom", "transplant", "hiv infection"),
        ("D80", "D81", "D82", "D83", "D84", "B20", "Z94", "Z79.6", "D89.81"),
    ),
    "Implant": (
        ("pacemaker", "defibrillator", "spinal cord stimulator", "implant"),
        ("Z95.0", "Z95.810", "Z96", "Z98.1"),
    ),
    "Kidney disease": (
        ("chronic kidney", "renal failure", "kidney failure"),
        ("N17", "N18", "N19"),
    ),
    "Cancer": (("malignant neoplasm", "carcinoma", "metasta", "myeloma"), ("C",)),
    "Infection": (("sepsis", "osteomyelitis", "discitis", "endocarditis"), ("A41", "M46.2", "M86")),
}
# Words that make a problem harmless in this respect.
_NOT = ("prediabetes", "family history", "screening", "contraceptive", "dental implant")
# eGFR below this changes what may be given (clinical rules, section 5), in mL/min/1.73 m².
LOW_EGFR = Decimal(60)
_EGFR = ("glomerular filtration", "egfr")


@dataclass(frozen=True)
class Problem:
    """A line of the problem list. `code` is an ICD-10-CM code or empty."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Measured:
    """A measurement."""

    text: str
    value: Decimal
    unit: str
    on: date


@dataclass(frozen=True)
class WatchOut:
    """What to watch out for, and what says so."""

    what: str
    because: str
    is_urgent: bool = True


def watch_out(problems: Iterable[Problem], measured: Iterable[Measured]) -> list[WatchOut]:
    """Every reason to be careful, each once, in a fixed order; then the kidneys' function."""
    listed = list(problems)
    found = [
        WatchOut(what, problem.text)
        for what, signs in _SIGNS.items()
        for problem in [next((p for p in listed if _means(p, *signs)), None)]
        if problem
    ]
    egfr = [m for m in measured if any(word in m.text.casefold() for word in _EGFR)]
    if egfr:
        last = max(egfr, key=lambda measurement: measurement.on)
        value = f"{last.value.normalize():f} {last.unit}".strip()
        found.append(
            WatchOut(
                "eGFR",
                f"{value} on {last.on:%b} {last.on.day}, {last.on.year}",
                last.value < LOW_EGFR,
            )
        )
    return found


def _means(problem: Problem, words: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    text = problem.text.casefold()
    if any(word in text for word in _NOT):
        return False
    return any(word in text for word in words) or bool(problem.code.startswith(prefixes))
