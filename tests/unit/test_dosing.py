"""The arithmetic of a prescription, against a formulation of its own: tablets taken one by one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from treatments.domain.amounts import Amount, Unit, WrongUnit
from treatments.domain.dosing import NonsenseDose, Regimen, read_amount, shown

MG, G, UG, ML = Unit.MILLIGRAM, Unit.GRAM, Unit.MICROGRAM, Unit.MILLILITRE
numbers = st.decimals("0.25", "1000", places=2)
often = st.sampled_from([Decimal(text) for text in ("0.143", "0.5", "1", "2", "3", "4", "6")])
START = date(2026, 1, 1)


def amount(text):
    return read_amount(text)


@pytest.mark.parametrize(
    ("strength", "dose", "often", "quantity", "refills", "daily", "at_once", "days"),
    [
        ("200 mg", "400 mg", 3, 60, 0, "1200 mg", "2", 10),
        ("200 mg", "400 mg", 3, 60, 2, "1200 mg", "2", 30),
        ("800 mg", "400 mg", 2, 7, 0, "800 mg", "0.5", 7),
        ("300 mg", "0.3 g", 3, 90, 1, "0.9 g", "1", 60),
        ("15 mg", "15 mg", 1, 30, 5, "15 mg", "1", 180),
        ("75 mcg", "75 mcg", 0, 10, 0, "24.975 µg", "1", 30),
        ("600 mg", "400 mg", 2, 10, 0, "800 mg", "0.667", 7),
    ],
)
def test_worked_examples(strength, dose, often, quantity, refills, daily, at_once, days):
    """Reckoned by hand."""
    times = Decimal(often) or Decimal("0.333")
    regimen = Regimen(amount(strength), amount(dose), times, Decimal(quantity), refills)
    assert str(regimen.daily_dose) == daily
    assert shown(regimen.units_at_once) == at_once
    assert regimen.days_supply == days
    assert regimen.last_day(START) == START + timedelta(days=days - 1)


@given(numbers, numbers, often, st.integers(1, 400), st.integers(0, 3))
def test_a_supply_lasts_as_long_as_somebody_can_take_from_it(
    strength, dose, times, quantity, refills
):
    """Counted day by day: enough for each day of it, and not for one more."""
    try:
        regimen = Regimen(Amount(strength, MG), Amount(dose, MG), times, Decimal(quantity), refills)
    except NonsenseDose:
        assume(False)
    left, days = strength * quantity * (1 + refills), 0
    while left >= dose * times:
        left -= dose * times
        days += 1
    assert regimen.days_supply == days
    assert (regimen.last_day(START) is None) == (days == 0)


@given(numbers, numbers, often)
def test_units_do_not_change_what_is_given(strength, dose, times):
    """The same dose in grams is as many tablets."""
    try:
        regimen = Regimen(Amount(strength, MG), Amount(dose, MG), times)
    except NonsenseDose:
        assume(False)
    in_grams = Regimen(Amount(strength, MG), Amount(dose / 1000, G), times)
    in_micrograms = Regimen(Amount(strength * 1000, UG), Amount(dose, MG), times)
    assert regimen.units_at_once == in_grams.units_at_once == in_micrograms.units_at_once
    assert in_grams.daily_dose.to(MG) == regimen.daily_dose


@given(numbers, often, st.decimals("1", "5000", places=1))
def test_above_the_maximum_is_said_exactly(dose, times, most):
    """At the maximum is allowed; a hundredth of a milligram above is not."""
    regimen = Regimen(Amount(dose, MG), Amount(dose, MG), times)
    over = regimen.above(Amount(most, MG))
    excess = dose * times - most
    assert over == (Amount(excess, MG) if excess > 0 else None)


@pytest.mark.parametrize(
    ("strength", "dose", "times", "quantity", "refills"),
    [
        ("200 mg", "400 g", 3, 60, 0),
        ("200 mg", "1 mg", 3, 60, 0),
        ("200 mg", "200 mg", 25, 60, 0),
        ("200 mg", "200 mg", 0, 60, 0),
        ("200 mg", "200 mg", 1, 0, 0),
        ("200 mg", "200 mg", 1, -5, 0),
        ("200 mg", "200 mg", 1, 60, -1),
        ("200 mg", "200 mg", 1, None, 3),
        ("200 mg", "200 mg", 1, 900, 5),
    ],
)
def test_numbers_that_no_prescription_has_are_refused(strength, dose, times, quantity, refills):
    """A slip of a zero or of a unit must not reach a pharmacy."""
    handed_out = None if quantity is None else Decimal(quantity)
    with pytest.raises(NonsenseDose):
        Regimen(amount(strength), amount(dose), Decimal(times), handed_out, refills)


def test_a_dose_in_another_kind_of_unit_is_refused():
    """Millilitres are not milligrams without a concentration."""
    with pytest.raises(WrongUnit):
        Regimen(amount("200 mg"), amount("5 mL"), Decimal(1))


def test_a_gel_is_reckoned_in_what_is_handed_out():
    """A gel of one per cent is measured in grams: a tube lasts as long as its grams do."""
    gel = Regimen(amount("1 %"), amount("4 g"), Decimal(4), Decimal(100), 1)
    assert (gel.daily_dose, gel.days_supply, gel.each_time) == (amount("16 g"), 12, "4 g of 1 %")
    patch = Amount(Decimal(1), Unit.PATCH)
    assert Regimen(amount("5 %"), patch, Decimal(1), Decimal(30)).days_supply == 30


@pytest.mark.parametrize(
    ("strength", "dose", "error"),
    [
        ("1 %", "4 mg", WrongUnit),
        ("200 mg", "2 %", WrongUnit),
        ("2 %", "2 %", WrongUnit),
        ("101 %", "4 g", NonsenseDose),
        ("1 %", "50 g", NonsenseDose),
    ],
)
def test_per_cent_says_how_strong_and_never_how_much(strength, dose, error):
    """“2 %” as a dose is how much of nothing."""
    with pytest.raises(error):
        Regimen(amount(strength), amount(dose), Decimal(1))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("200 mg", "200", MG),
        ("0.5g", "0.5", G),
        ("1,000 mcg", "1000", UG),
        ("5 mL", "5", ML),
        ("12 µg", "12", UG),
        ("0.025 %", "0.025", Unit.PERCENT),
    ],
)
def test_amounts_are_read_as_they_are_written(text, value, unit):
    """Catalogues and people spell units in their own ways."""
    assert read_amount(text) == Amount(Decimal(value), unit)


@pytest.mark.parametrize(
    "text",
    ["0,5 mg", "1,00 mg", "mg", "", "0 mg", "-3 mg", "1e3 mg", "५ mg", "200", "1 cup"],
)
def test_an_amount_that_could_be_misread_is_refused(text):
    """Half a milligram elsewhere is written 0,5: it must not become five."""
    with pytest.raises((NonsenseDose, WrongUnit)):
        read_amount(text)
