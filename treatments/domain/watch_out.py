"""What a clinician must not overlook: conditions that change what may be given.

Read from problem list, medicines and measurements. It only points: the rules decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treatments.domain.conditions import CONDITIONS, conditions_of
from treatments.domain.recognized import measure_of

# eGFR below this changes what may be given (clinical rules, section 5), in mL/min/1.73 m².
LOW_EGFR = Decimal(60)


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
        for what in CONDITIONS
        for problem in [next((p for p in listed if what in conditions_of(p.text, p.code)), None)]
        if problem
    ]
    egfr = [m for m in measured if measure_of(m.text) == "egfr"]
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
