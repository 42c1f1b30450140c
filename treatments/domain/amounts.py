"""Amounts of drugs: decimals with a unit, never floats, and never two units mixed."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """Units a dose or a strength may be written in (UCUM spellings)."""

    MICROGRAM = "ug"
    MILLIGRAM = "mg"
    GRAM = "g"
    MILLILITRE = "mL"
    INTERNATIONAL_UNIT = "[iU]"
    MILLIEQUIVALENT = "meq"
    PATCH = "{patch}"
    PERCENT = "%"


# What is given into somebody; what somebody is told to take; how strong a unit of it is.
DOSE_UNITS = tuple(unit for unit in Unit if unit not in {Unit.PATCH, Unit.PERCENT})
ORDER_UNITS = (*DOSE_UNITS, Unit.PATCH)
STRENGTH_UNITS = (*DOSE_UNITS, Unit.PERCENT)

_IN_MILLIGRAMS = {
    Unit.MICROGRAM: Decimal("0.001"),
    Unit.MILLIGRAM: Decimal(1),
    Unit.GRAM: Decimal(1000),
}
# More than this at once, of anything, is a slip of the pen: a zero too many, or the wrong unit.
MOST_AT_ONCE = {
    Unit.MICROGRAM: Decimal(10_000),
    Unit.MILLIGRAM: Decimal(10_000),
    Unit.GRAM: Decimal(100),
    Unit.MILLILITRE: Decimal(500),
    Unit.INTERNATIONAL_UNIT: Decimal(100_000),
    Unit.MILLIEQUIVALENT: Decimal(200),
    Unit.PATCH: Decimal(4),
    Unit.PERCENT: Decimal(100),
}
SHOWN = {
    Unit.MICROGRAM: "µg",
    Unit.INTERNATIONAL_UNIT: "IU",
    Unit.MILLIEQUIVALENT: "mEq",
    Unit.PATCH: "patch",
}


class WrongUnit(ValueError):
    """An amount cannot be said in the unit that was asked for."""


@dataclass(frozen=True)
class Amount:
    """So much of something. `value` is exact."""

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a float before it does harm. Raises `TypeError`."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"An amount is a Decimal, not {type(self.value).__name__}.")

    def to(self, unit: Unit) -> "Amount":
        """The same amount in another unit of mass. Raises `WrongUnit`."""
        if unit is self.unit:
            return self
        if unit not in _IN_MILLIGRAMS or self.unit not in _IN_MILLIGRAMS:
            raise WrongUnit(f"{self.unit} cannot be turned into {unit}.")
        return Amount(self.value * _IN_MILLIGRAMS[self.unit] / _IN_MILLIGRAMS[unit], unit)

    def __add__(self, other: "Amount") -> "Amount":
        """The sum, in the unit of the first. Raises `WrongUnit`."""
        return Amount(self.value + other.to(self.unit).value, self.unit)

    def __mul__(self, times: Decimal | int) -> "Amount":
        """So many times as much."""
        return Amount(self.value * times, self.unit)

    def __str__(self) -> str:
        """As it is read: "40 mg", "0.5 mL"."""
        return f"{shortest(self.value)} {SHOWN.get(self.unit, self.unit)}"


def shortest(value: Decimal) -> str:
    """A decimal without superfluous zeros and never as 4E+1."""
    return f"{value.normalize():f}"
