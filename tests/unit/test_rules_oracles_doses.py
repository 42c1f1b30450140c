"""Doses by another way of counting: day by day."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import (
    DAY,
    ON,
    asked,
    back,
    compared,
    days,
    histories,
    several,
    spans,
    verdict,
    windows_with,
)
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import GivenDrug
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.dose_cap import (
    DailyMaximum,
    DaysTaken,
    RollingDose,
    SessionDose,
    Step,
)

STEROID = frozenset({"steroid"})


amounts = st.one_of(st.none(), st.sampled_from([40, 80]).map(Decimal))


@st.composite
def steroids(draw):
    """No steroid, one, or two, of doses that may not be known."""
    return tuple(
        GivenDrug(key, STEROID, draw(amounts), Decimal(factor))
        for key, factor in draw(st.sets(st.sampled_from([("ta", 1), ("dexa", 5)]), max_size=2))
    )


given_sessions = histories(dated=False, most=5, drugs=steroids())


steps = st.tuples(st.integers(40, 300), st.integers(301, 600), st.booleans()).map(
    lambda told: (
        Step(Decimal(told[0]), Severity.WARN, inclusive=told[2]),
        Step(Decimal(told[1]), Severity.BLOCK),
    )
)


def too_much(steps, known, unknown):
    """Block, warn or nothing for what is known; what is not known could make it worse."""
    reached = [
        step for step in steps if known > step.above or (step.inclusive and known == step.above)
    ]
    if any(step.severity is Severity.BLOCK for step in reached):
        return "block"
    if unknown:
        return "perhaps"
    return "warn" if reached else "nothing"


def heaviest(verdicts):
    """The heaviest of several windows."""
    for one in ("block", "perhaps", "warn", "nothing"):
        if one in verdicts:
            return one
    raise AssertionError(verdicts)


@compared
@given(given_sessions, steroids(), days(), spans(), steps)
def test_steroids_add_up_in_every_window(done, drugs, on, span, steps):
    """Every window with the proposal in it, those that end on a later booking as well."""
    if drugs:
        undated = any(row.on is None and row.drugs for row in done)
        expected = heaviest(
            [
                _judged(
                    steps, [row for row in done if row.on and begin < row.on <= end], drugs, undated
                )
                for begin, end in windows_with(on, span)
            ]
        )
        found = verdict(RollingDose(steps, span), Facts(done=done), asked(drugs=drugs), on)
        assert found == expected


def _judged(steps, rows, drugs, undated):
    every = [*drugs, *(drug for row in rows for drug in row.drugs)]
    known = sum(drug.milligrams * drug.mpe_factor for drug in every if drug.milligrams is not None)
    return too_much(steps, known, undated or any(drug.milligrams is None for drug in every))


@compared
@given(given_sessions, steroids(), days(40), steps)
def test_a_session_is_a_day(done, drugs, on, steps):
    """What else is given on that day counts, and nothing of another day."""
    same_day = [row for row in done if row.on == on]
    expected = _judged(steps, same_day, drugs, undated=False) if drugs else "nothing"
    found = verdict(SessionDose(steps), Facts(done=done), asked(drugs=drugs), on)
    assert found == expected


@compared
@given(several, days(), st.integers(0, 40), st.sampled_from([400, 800, 1600]))
def test_the_daily_dose_is_that_of_the_fullest_day(taken, start, length, daily):
    """Two courses that follow one another are not taken at once."""
    told = {"drug": "ibuprofen", "classes": ["nsaid"], "daily": Decimal(daily), "start": start}
    proposal = asked(
        documented=told | {"daily_maximum": Decimal(1600), "end": start + length * DAY}
    )
    levels = (Step(Decimal(80), Severity.WARN), Step(Decimal(100), Severity.BLOCK))
    verdicts, known, unknown, day = [], [], False, start
    while day <= start + length * DAY:
        rows = [
            t
            for t in taken
            if t.drug == "ibuprofen" and (t.start or day) <= day and (t.end or day) >= day
        ]
        unknown |= any(t.daily is None for t in rows)
        known.append(daily + sum(t.daily for t in rows if t.daily is not None))
        day += DAY
    verdicts.append(too_much(levels, Decimal(100 * max(known)) / 1600, unknown))
    looks = DailyMaximum(levels, frozenset({"nsaid"}))
    assert verdict(looks, Facts(taken=taken), proposal, ON) == heaviest(verdicts)


@compared
@given(several, days(), st.integers(0, 8), st.integers(1, 12), spans(months=0))
def test_days_of_a_drug_are_counted_one_by_one(taken, start, length, most, within):
    """Courses that touch count together; without an end nobody can count."""
    taken = tuple(t for t in taken if t.start and t.end)
    told = {"drug": "ibuprofen", "start": start, "end": start + length * DAY}
    counted = {start + number * DAY for number in range(length + 1)}
    for one in taken:
        if one.drug == "ibuprofen" and one.end >= back(start, within) and one.start <= told["end"]:
            day = one.start
            while day <= one.end:
                counted.add(day)
                day += DAY
    looks = DaysTaken(frozenset({"ibuprofen"}), most, within)
    found = verdict(looks, Facts(taken=taken), asked(documented=told), start)
    assert found == ("block" if len(counted) > most else "nothing")
