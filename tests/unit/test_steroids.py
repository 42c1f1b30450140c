"""The steroid sums, against an independent formulation."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from treatments.domain.amounts import Amount, Unit
from treatments.domain.steroids import Injected, ledger, months_before

DAYS = st.dates(date(1990, 1, 1), date(2050, 12, 31))
ON = date(2028, 2, 29)
NEAR = st.one_of(st.none(), st.dates(ON - timedelta(days=1200), ON + timedelta(days=10)))
UNITS = {Unit.MICROGRAM: Fraction(1, 1000), Unit.MILLIGRAM: Fraction(1), Unit.GRAM: Fraction(1000)}
INJECTIONS = st.lists(
    st.builds(
        Injected,
        procedure_id=st.integers(1, 99),
        text=st.just("Injection"),
        on=NEAR,
        dose=st.one_of(
            st.none(),
            st.builds(
                Amount,
                st.decimals("0.01", "200", places=2),
                st.sampled_from([*UNITS, Unit.MILLILITRE]),
            ),
        ),
        factor=st.one_of(st.none(), st.sampled_from([Decimal(1), Decimal("0.2"), Decimal("5.33")])),
    ),
    max_size=30,
)


def steps_back(day, months):
    """One month at a time, remembering the day that was meant."""
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@given(DAYS, st.integers(0, 60))
def test_months_are_calendar_months(day, months):
    """365 days are not a year in which limits are written."""
    assert months_before(day, months) == steps_back(day, months)


def brute(injections, months):
    """Exact fractions, day by day."""
    begin = steps_back(ON, months)
    window = set()
    day = begin
    while day < ON:
        day += timedelta(days=1)
        window.add(day)
    return sum(
        Fraction(item.dose.value) * UNITS[item.dose.unit] * Fraction(item.factor)
        for item in injections
        if item.on in window and item.dose and item.factor and item.dose.unit in UNITS
    )


@given(INJECTIONS)
def test_the_sums_are_those_of_every_single_day(injections):
    """A rolling window that is off by a day moves somebody's next injection by months."""
    found = ledger(injections, ON)
    assert Fraction(found.year) == brute(injections, 12)
    assert Fraction(found.three_years) == brute(injections, 36)


@given(INJECTIONS)
def test_everything_up_to_the_day_is_counted_or_named(injections):
    """Nothing may be neither in the sum nor among what it leaves out."""
    found = ledger(injections, ON)
    known = [item for item in injections if item.on is None or item.on <= ON]
    assert len(found.lines) == len(known)
    for line in found.lines:
        dated = line.injected.on is not None
        assert bool(line.uncounted) == (not dated or line.equivalent is None)


def test_a_year_ago_to_the_day_no_longer_counts():
    """The window is half-open: the same day a year later is free again."""
    dose = Amount(Decimal(40), Unit.MILLIGRAM)

    def one(on):
        return Injected(1, "ESI", on, "Triamcinolone", dose, Decimal(1))

    assert ledger([one(date(2025, 6, 1))], date(2026, 6, 1)).year == 0
    assert ledger([one(date(2025, 6, 2))], date(2026, 6, 1)).year == 40
