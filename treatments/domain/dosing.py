"""The arithmetic of a prescription: how much a day, how many tablets, and how long they last.

Everything is exact: doses are decimals, and quotients are fractions until they are shown.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from treatments.domain.amounts import Amount, Unit, WrongUnit, shortest

# More at once than this is a slip of the pen: grams for milligrams, or a strength as a dose.
MOST_UNITS_AT_ONCE = 40
FEWEST_UNITS_AT_ONCE = Fraction(1, 20)
MOST_INTAKES_A_DAY = 24
# Nobody is given more than this at once; it keeps dates within the calendar, too.
LONGEST_SUPPLY = 3 * 366

_ALL_OF_IT = 100
_ONTO_THE_SKIN = frozenset({Unit.GRAM, Unit.MILLILITRE, Unit.PATCH})

_SPELLINGS = {unit.value.casefold(): unit for unit in Unit} | {
    "mcg": Unit.MICROGRAM,
    # The micro sign folds to the Greek letter.
    "µg".casefold(): Unit.MICROGRAM,
    "iu": Unit.INTERNATIONAL_UNIT,
}

# A comma only between thousands: "0,5" is half of something elsewhere, and must not become 5.
_WRITTEN = re.compile(
    r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?|[0-9]{1,3}(?:,[0-9]{3}){1,2}(?:\.[0-9]{1,6})?)"
    r"\s*(?P<unit>[^0-9\s,.].*)"
)


class NonsenseDose(ValueError):
    """Numbers that no prescription has; the text says which and why."""


@dataclass(frozen=True)
class Regimen:
    """One drug as it is taken: `dose` at once, made of units of `strength`, so often a day.

    What goes onto the skin has a `strength` in per cent, and is handed out as it is measured: grams
    of a gel, patches. `quantity` units are handed out at once, and `refills` times again. Raises
    `WrongUnit` for a dose that cannot be counted in the strength's unit, `NonsenseDose` for numbers
    that cannot be.
    """

    strength: Amount
    dose: Amount
    doses_per_day: Decimal
    quantity: Decimal | None = None
    refills: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no sense before anybody reckons with it."""
        if self.strength.value <= 0 or self.dose.value <= 0 or self.doses_per_day <= 0:
            raise NonsenseDose("Dose, strength and times a day are more than nothing.")
        self._check_concentration()
        if self.doses_per_day > MOST_INTAKES_A_DAY:
            raise NonsenseDose(f"More than {MOST_INTAKES_A_DAY} times a day is not possible.")
        if self.quantity is not None and self.quantity <= 0:
            raise NonsenseDose("The quantity is more than nothing, or empty.")
        if self.refills < 0:
            raise NonsenseDose("Refills are not less than none.")
        if self.refills and self.quantity is None:
            raise NonsenseDose("Refills need a quantity.")
        if not FEWEST_UNITS_AT_ONCE <= self.units_at_once <= MOST_UNITS_AT_ONCE:
            raise NonsenseDose(
                f"{self.dose} at once would be {shown(self.units_at_once)} units of "
                f"{self.strength}. Check dose and strength."
            )
        supply = self.days_supply
        if supply is not None and supply > LONGEST_SUPPLY:
            raise NonsenseDose(f"That would last {supply} days. Check quantity and refills.")

    def _check_concentration(self) -> None:
        if self.dose.unit is Unit.PERCENT:
            raise WrongUnit("A dose is so much of something; only a strength is in per cent.")
        if self.strength.unit is not Unit.PERCENT:
            return
        if self.strength.value > _ALL_OF_IT:
            raise NonsenseDose(f"Nothing is stronger than {_ALL_OF_IT} %.")
        if self.dose.unit not in _ONTO_THE_SKIN:
            raise WrongUnit(f"What has {self.strength} is not measured in {self.dose.unit}.")

    @property
    def daily_dose(self) -> Amount:
        """How much a day; at most, if it is taken as needed."""
        return self.dose * self.doses_per_day

    @property
    def units_at_once(self) -> Fraction:
        """How many tablets (or other units of the strength) make one intake."""
        if self.strength.unit is Unit.PERCENT:
            return Fraction(self.dose.value)
        return Fraction(self.dose.to(self.strength.unit).value) / Fraction(self.strength.value)

    @property
    def each_time(self) -> str:
        """One intake as it is read: "2 × 200 mg", "4 g of 1 %"."""
        if self.strength.unit is Unit.PERCENT:
            return f"{self.dose} of {self.strength}"
        return f"{shown(self.units_at_once)} × {self.strength}"

    @property
    def units_a_day(self) -> Fraction:
        """How many tablets a day."""
        return self.units_at_once * Fraction(self.doses_per_day)

    @property
    def units_in_all(self) -> Decimal | None:
        """How many are handed out with every refill; None if nobody said how many."""
        return None if self.quantity is None else self.quantity * (1 + self.refills)

    @property
    def days_supply(self) -> int | None:
        """For how many whole days that is enough, refills included."""
        if self.units_in_all is None:
            return None
        return int(Fraction(self.units_in_all) // self.units_a_day)

    def last_day(self, start: date) -> date | None:
        """The last day for which there is enough, counted from `start`; None if unknown or none."""
        days = self.days_supply
        return None if not days else start + timedelta(days=days - 1)

    def above(self, maximum: Amount) -> Amount | None:
        """By how much the daily dose is above the maximum of a day; None if it is not.

        Raises `WrongUnit` if the two cannot be compared.
        """
        daily = self.daily_dose.to(maximum.unit)
        if daily.value <= maximum.value:
            return None
        return Amount(daily.value - maximum.value, maximum.unit)

    @property
    def is_divisible(self) -> bool:
        """Whether one intake can be made of whole, half or quarter units."""
        return (self.units_at_once * 4).denominator == 1


def shown(count: Fraction) -> str:
    """A number of tablets as it is read: "1", "0.5", "2.667"."""
    exact = Decimal(count.numerator) / Decimal(count.denominator)
    return shortest(exact.quantize(Decimal("0.001"), ROUND_HALF_UP))


def read_amount(text: str) -> Amount:
    """An amount as catalogues and people write it: "200 mg", "0.5g", "1,000 mcg".

    Raises `WrongUnit` for a unit that is none of ours, `NonsenseDose` for what is no number.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise NonsenseDose(f"“{text}” is no amount, such as 200 mg.")
    unit = found["unit"].strip().casefold()
    if unit not in _SPELLINGS:
        raise WrongUnit(f"“{text}” has no unit that is known here, such as mg or mL.")
    value = Decimal(found["number"].replace(",", ""))
    if value <= 0:
        raise NonsenseDose(f"“{text}” is not more than nothing.")
    return Amount(value, _SPELLINGS[unit])
