"""How much is in a millilitre: "40 mg/mL", "0.5 %", and what follows for a dose."""

import re
from decimal import Decimal

from treatments.domain.amounts import Amount, Unit, WrongUnit

_WRITTEN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(%|mg/ml|[uµμ]g/ml|mcg/ml|g/ml)\s*$", re.I)
_UNITS = {"mg": Unit.MILLIGRAM, "g": Unit.GRAM}
# Nobody measures a syringe finer than this; a larger difference is a contradiction.
TOLERANCE = Decimal("0.05")


def per_millilitre(text: str) -> Amount | None:
    """What one millilitre holds; None if the text does not say it by mass.

    One per cent is one gram in 100 mL, that is 10 mg in each.
    """
    found = _WRITTEN.match(text)
    if found is None:
        return None
    number, unit = Decimal(found[1]), found[2].lower()
    if unit == "%":
        return Amount(number * 10, Unit.MILLIGRAM)
    return Amount(number, _UNITS.get(unit.split("/")[0], Unit.MICROGRAM))


def dose_in(volume_ml: Decimal, concentration: str, unit: Unit) -> Amount | None:
    """The dose in so much of it, in the unit wanted; None if it cannot be said."""
    strength = per_millilitre(concentration)
    if strength is None:
        return None
    try:
        return (strength * volume_ml).to(unit)
    except WrongUnit:
        return None


def contradicts(dose: Amount, volume_ml: Decimal, concentration: str) -> Amount | None:
    """What volume and concentration make, if that is clearly not the dose that was written."""
    made = dose_in(volume_ml, concentration, dose.unit)
    if made is None or abs(made.value - dose.value) <= made.value * TOLERANCE:
        return None
    return made
