"""Each measured value in the one unit that rules compare it in; another unit is never compared.

Units are written as UCUM or as people write them. What is in no known unit gives no number.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

Convert = Callable[[Decimal], Decimal]


def _times(factor: str) -> Convert:
    return lambda value: value * Decimal(factor)


def _same(value: Decimal) -> Decimal:
    return value


def _celsius(value: Decimal) -> Decimal:
    return (value - 32) * 5 / 9


def _hba1c_percent(value: Decimal) -> Decimal:
    """From mmol/mol (IFCC) to percent (NGSP), by the master equation."""
    return value * Decimal("0.09148") + Decimal("2.152")


def _table(*rows: tuple[str, Convert]) -> Mapping[str, Convert]:
    return {_plainly(unit): convert for units, convert in rows for unit in units.split("|")}


def _plainly(unit: str) -> str:
    """Small letters without blanks, brackets or raised figures."""
    plain = unit.casefold().replace("²", "2").replace("µ", "u").replace("μ", "u")
    return "".join(letter for letter in plain if letter not in " []{}()_.°^*")


_PER_MINUTE = ("mL/min|mL/min/{1.73_m2}|mL/min/1.73m2|mL/min/1.73 sq m|mL/min/1.73", _same)
# Measure → unit → how it becomes the unit of the rules. "" stands where only one unit is in use.
_UNITS: Mapping[str, Mapping[str, Convert]] = {
    "inr": _table(("|1|{INR}|ratio|{ratio}", _same)),
    "egfr": _table(("", _same), _PER_MINUTE, ("mL/s|mL/s/{1.73_m2}", _times("60"))),
    "creatinine_clearance": _table(("", _same), _PER_MINUTE, ("mL/s", _times("60"))),
    "creatinine": _table(("mg/dL", _same), ("umol/L", lambda value: value / Decimal("88.4"))),
    "hba1c": _table(("%|% of total|%{Hb}", _same), ("mmol/mol", _hba1c_percent)),
    "weight": _table(
        ("kg", _same),
        ("g", _times("0.001")),
        ("[lb_av]|lb|lbs|pound|pounds", _times("0.45359237")),
        ("[oz_av]|oz", _times("0.028349523125")),
    ),
    "hemoglobin": _table(("g/dL", _same), ("g/L", _times("0.1")), ("mmol/L", _times("1.6114"))),
    "blood_pressure": _table(("mm[Hg]|mmHg", _same), ("kPa", _times("7.50062"))),
    "body_temperature": _table(
        ("Cel|°C|C|deg C|degree Celsius|degrees Celsius", _same),
        ("[degF]|°F|F|deg F|degree Fahrenheit|degrees Fahrenheit", _celsius),
        ("K", lambda value: value - Decimal("273.15")),
    ),
    "gestation_weeks": _table(
        ("wk|week|weeks|wks", _same), ("d|day|days", lambda value: value / Decimal(7))
    ),
}


def in_rules_unit(what: str, value: Decimal, unit: str) -> Decimal | None:
    """The value in the unit of the rules; None if the unit is not known or not given.

    Of measures that no rule compares (platelets, bone density) every unit is as good.
    """
    if what not in _UNITS:
        return value
    convert = _UNITS[what].get(_plainly(unit))
    return None if convert is None else convert(value)
