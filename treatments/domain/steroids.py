"""How much steroid somebody was given by injection, as milligrams of methylprednisolone.

Only days are compared. A window reaches back whole calendar months: with twelve months, what was
given on the same day a year ago no longer counts. Lines: 200 mg in 12 months and 400 mg in 3 years,
above which bone loss was seen in women after the menopause (Kerezoudis 2018; Brown-Beresford 2022).
The factors compare effects of tablets and infusions; how far they hold for depots is not known.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from treatments.domain.amounts import Amount, Unit, WrongUnit

YEAR_LINE = Decimal(200)
THREE_YEARS_LINE = Decimal(400)


class Uncounted(StrEnum):
    """Why an injection is not in the sums."""

    NO_DATE = "no date"
    NO_DOSE = "no dose"
    NO_FACTOR = "no factor"


@dataclass(frozen=True)
class Injected:
    """One drug row, or an injection of which nobody knows what was in it (`drug` is then "").

    `on` is the local day, None if nobody knows it; of a span of days it is the last.
    """

    procedure_id: int
    text: str
    on: date | None
    drug: str = ""
    dose: Amount | None = None
    factor: Decimal | None = None
    is_outside: bool = False


@dataclass(frozen=True)
class Line:
    """An injection with its milligrams of methylprednisolone, or why there are none."""

    injected: Injected
    equivalent: Decimal | None
    uncounted: Uncounted | None
    in_year: bool
    in_three_years: bool


@dataclass(frozen=True)
class Ledger:
    """All injections, newest first, undated ones last, and the sums up to and with `on`."""

    on: date
    year_from: date
    three_years_from: date
    lines: tuple[Line, ...]
    year: Decimal
    three_years: Decimal

    @property
    def uncounted(self) -> tuple[Line, ...]:
        """What the sums leave out."""
        return tuple(line for line in self.lines if line.uncounted)


def months_before(day: date, months: int) -> date:
    """The same day so many calendar months earlier, or the last of a month that is too short."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def equivalent(dose: Amount, factor: Decimal) -> Decimal | None:
    """Milligrams of methylprednisolone; None for a dose that is no mass."""
    try:
        return dose.to(Unit.MILLIGRAM).value * factor
    except WrongUnit:
        return None


def ledger(injected: Iterable[Injected], on: date) -> Ledger:
    """The ledger as it stands at the end of a day; what came later is not in it."""
    year_from, three_from = months_before(on, 12), months_before(on, 36)
    known = [item for item in injected if item.on is None or item.on <= on]
    known.sort(key=lambda item: (item.on or date.min, item.procedure_id), reverse=True)
    lines = tuple(_line(item, year_from, three_from) for item in known)
    return Ledger(
        on=on,
        year_from=year_from,
        three_years_from=three_from,
        lines=lines,
        year=_sum(line for line in lines if line.in_year),
        three_years=_sum(line for line in lines if line.in_three_years),
    )


def _line(item: Injected, year_from: date, three_from: date) -> Line:
    amount, why = _amount_of(item)
    if item.on is None:
        return Line(item, amount, Uncounted.NO_DATE, in_year=False, in_three_years=False)
    counts = amount is not None
    return Line(
        item,
        amount,
        why,
        in_year=counts and item.on > year_from,
        in_three_years=counts and item.on > three_from,
    )


def _amount_of(item: Injected) -> tuple[Decimal | None, Uncounted | None]:
    if item.dose is None:
        return None, Uncounted.NO_DOSE
    if item.factor is None:
        return None, Uncounted.NO_FACTOR
    amount = equivalent(item.dose, item.factor)
    return amount, None if amount is not None else Uncounted.NO_DOSE


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((line.equivalent for line in lines if line.equivalent is not None), Decimal(0))
