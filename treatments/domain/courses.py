"""Words about a course for lists, and how authorized units are used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from treatments.domain.amounts import shortest

_TIMES = {Decimal(1): "once a day", Decimal(2): "twice a day"}


def how_often(doses_per_day: Decimal) -> str:
    """So often, in words: "twice a day", "3 times a day", "every 2 days", "once a week"."""
    times = doses_per_day.normalize()
    if times in _TIMES:
        return _TIMES[times]
    if times >= 1:
        return f"{shortest(times)} times a day"
    days = (1 / times).quantize(Decimal("0.1")).normalize()
    return "once a week" if days == 7 else f"every {shortest(days)} days"


@dataclass(frozen=True)
class Use:
    """One visit or procedure that took place, and what it counts for."""

    day: date
    course: Any
    treatment: str


@dataclass(frozen=True)
class Grant:
    """An authorization, as far as uses are counted against it. `course` None: any of its kind."""

    key: Any
    course: Any
    treatment: str
    units: int
    valid_from: date
    valid_until: date

    def covers(self, use: Use) -> bool:
        """Whether this use may be counted here."""
        named = self.course == use.course if self.course else self.treatment == use.treatment
        return named and self.valid_from <= use.day <= self.valid_until


def used_units(grants: Sequence[Grant], uses: Sequence[Use]) -> Mapping[Any, int]:
    """How many units of each grant are used; each use is counted once.

    By day, against the grant that ends first among those with units left; one that names the
    course goes before one that does not. A use that nothing covers counts nowhere.
    """
    used = {grant.key: 0 for grant in grants}
    in_turn = sorted(grants, key=lambda g: (g.course is None, g.valid_until, str(g.key)))
    for use in sorted(uses, key=lambda use: use.day):
        for grant in in_turn:
            if grant.covers(use) and used[grant.key] < grant.units:
                used[grant.key] += 1
                break
    return used
