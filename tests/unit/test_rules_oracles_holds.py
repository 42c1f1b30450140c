"""Plans to stop a blood thinner, looked up in the table line by line."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import (
    DAY,
    ON,
    compared,
    days,
    rule_of,
)
from treatments.domain.rules import Facts, evaluate
from treatments.domain.rules.facts import Measurement, Proposal, Stage, Taken
from treatments.domain.rules.finding import HeldDrug
from treatments.domain.rules.kinds.drug_hold import Unmet, in_time
from treatments.domain.rules.kinds.hold_table import Bleeding, ClassRow, DrugRow, Hold, HoldTable
from treatments.domain.rules.rulebook import Rulebook
from treatments.domain.rules.sessions import Which
from treatments.domain.spine import CountingRegion


@compared
@given(days(), st.integers(0, 6), st.one_of(st.none(), st.integers(1, 80)))
def test_a_last_dose_is_in_time_if_every_hour_of_it_is(on, ago, hours):
    """Only the day is known: every hour of it and every hour of the procedure are tried."""
    ends = [Fraction(0), Fraction(12), Fraction(2399, 100)]
    gaps = [24 * ago + at - dose for at in ends for dose in ends]
    row = HeldDrug("1", "Heparin", "heparin", "high", "", hours=hours, last_dose_on=on - 3 * DAY)
    taken = Taken("1", "Heparin", "heparin", frozenset(), last_dose_on=on - ago * DAY)
    found = in_time(row, taken, on)
    if hours is None:
        assert found is (ago >= 3)
    else:
        answers = {gap >= hours for gap in gaps}
        assert found is (answers.pop() if len(answers) == 1 else None)


TABLE = HoldTable(
    classes=(
        ClassRow(Which(treatments=frozenset({"stimulator"})), Bleeding.HIGH),
        ClassRow(
            Which(treatments=frozenset({"branch"})),
            Bleeding.INTERMEDIATE,
            region=CountingRegion.CERVICAL_THORACIC,
            but_levels="T",
        ),
        ClassRow(Which(treatments=frozenset({"branch", "trigger"})), Bleeding.LOW),
    ),
    drugs={
        "warfarin": DrugRow(
            high=Hold(days=5), intermediate=Hold(days=4), low=Hold(shared=True), needs_inr=True
        ),
        "heparin": DrugRow(high=Hold(hours=24), intermediate=Hold(hours=6), low=Hold(hours=4)),
        "dabigatran": DrugRow(high=Hold(days=4), low_clearance=Hold(days=6), needs_clearance=True),
    },
    risk_factors=frozenset({"liver_disease"}),
    old_age_from=75,
)


THINS = frozenset({"anticoagulant"})


@compared
@given(
    st.sampled_from(["stimulator", "branch", "trigger"]),
    st.sampled_from([*CountingRegion, None]),
    st.sampled_from([frozenset(), frozenset({"T4"}), frozenset({"C5", "T1"})]),
    st.booleans(),
    st.sets(st.sampled_from(["warfarin", "heparin", "dabigatran"])),
    st.integers(0, 8),
    st.integers(74, 75),
)
def test_the_plan_is_what_the_table_says(treatment, region, levels, ill, drugs, ago, age):
    """Class by class, raised by one, and the last dose counted back on fingers."""
    taken = tuple(
        Taken(drug, drug, drug, THINS, last_dose_on=ON - ago * DAY) for drug in sorted(drugs)
    )
    facts = Facts(
        birth_date=ON.replace(year=ON.year - age),
        states=frozenset({"liver_disease"}) if ill else frozenset(),
        taken=taken,
    )
    order = ["low", "intermediate", "high"]
    number = {"stimulator": 2, "trigger": 0}.get(treatment)
    if number is None:
        is_neck = region is not CountingRegion.LUMBAR_SACRAL and levels != frozenset({"T4"})
        number = 1 if is_neck else 0
    if ill or age >= 75 or len(drugs) > 1:
        number = min(number + 1, 2)
    holds = {
        "warfarin": [None, 4 * 24, 5 * 24],
        "heparin": [4, 6, 24],
        "dabigatran": [None, None, 4 * 24],
    }
    proposal = Proposal(treatment, frozenset(), Stage.CHECK_IN, region=region, levels=levels)
    plan = TABLE.plan(facts, proposal, ON, THINS)
    assert [row.drug for row in plan] == sorted(drugs)
    for row in plan:
        hours = holds[row.drug][number]
        assert row.bleeding_class == order[number]
        assert row.is_shared is (row.drug == "warfarin" and number == 0)
        day, left = ON, hours
        while left and left > 0:
            day, left = day - DAY, left - 24
        assert row.last_dose_on == (day if hours else None)
    looks = Unmet("table", THINS)
    rules = Rulebook.of([rule_of(TABLE, "table"), rule_of(looks, "unmet")])
    found = evaluate(facts, proposal, rules, ON)
    late = [
        row
        for row in plan
        if row.last_dose_on and row.hours is None and ON - ago * DAY > row.last_dose_on
    ]
    if late:
        assert [str(one.severity) for one in found] == ["block"]
    assert [held.drug for one in found for held in one.holds if held in late] == [
        row.drug for row in late
    ]


@pytest.mark.parametrize(
    ("clearance", "days_before"), [(Decimal("29.9"), 6), (Decimal(30), 4), (None, 4)]
)
def test_weak_kidneys_hold_longer(clearance, days_before):
    """A drug that stays longer must be stopped sooner; an unknown clearance is noted."""
    measured = (
        (Measurement("1", "creatinine_clearance", clearance, ON),) if clearance is not None else ()
    )
    facts = Facts(taken=(Taken("1", "Dabigatran", "dabigatran", THINS),), measured=measured)
    proposal = Proposal("stimulator", frozenset(), Stage.BOOK)
    (row,) = TABLE.plan(facts, proposal, ON, THINS)
    assert row.last_dose_on == ON - timedelta(days=days_before)
    assert (clearance is None) == ("Creatinine clearance is not known." in row.notes)
