"""Drugs that are held: the plan in words and days, and each check that reads the table."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.rule_worlds import DAY, ON, asked, rule_of
from treatments.domain.rules import Facts, Proposal, Rulebook, evaluate
from treatments.domain.rules.facts import (
    Measurement,
    Stage,
    Taken,
)
from treatments.domain.rules.finding import HeldDrug
from treatments.domain.rules.kinds.drug_hold import (
    ClottingKnown,
    KidneysKnown,
    Listed,
    NotToBeHeld,
    PrescriberAgrees,
    RestartTold,
    Unmet,
    in_time,
)
from treatments.domain.rules.kinds.hold_table import Bleeding, ClassRow, DrugRow, Hold, HoldTable
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span

THINS = frozenset({"anticoagulant"})


def rows(finding):
    """The keys of what was counted."""
    return [row.key for row in finding.evidence]


def medicine(key="1", drug="ibuprofen", start=None, end=None, daily=None, **more):
    """A medicine that is taken."""
    classes = frozenset(more.pop("classes", {"nsaid"}))
    return Taken(key, drug.capitalize(), drug, classes, start, end, daily, **more)


TABLE = HoldTable(
    classes=(
        ClassRow(Which(treatments=frozenset({"stimulator"})), Bleeding.HIGH),
        ClassRow(Which(treatments=frozenset({"esi"})), Bleeding.INTERMEDIATE),
        ClassRow(Which(treatments=frozenset({"trigger"})), Bleeding.LOW),
    ),
    drugs={
        "warfarin": DrugRow(
            high=Hold(days=5, restart_hours=24),
            intermediate=Hold(days=5, restart_hours=24),
            low=Hold(shared=True),
            needs_inr=True,
            needs_prescriber=True,
            note="A note.",
        ),
        "enoxaparin": DrugRow(
            high=Hold(hours=24),
            intermediate=Hold(hours=24),
            low_clearance=Hold(hours=48),
            needs_clearance=True,
        ),
        "apixaban": DrugRow(intermediate=Hold(days=3, confidence="B"), needs_clearance=True),
        "aspirin": DrugRow(
            intermediate=Hold(days=1),
            if_state="aspirin_secondary_prevention",
            then=DrugRow(intermediate=Hold(shared=True), needs_prescriber=True),
        ),
    },
    risk_factors=frozenset({"liver_disease"}),
)


def holds(looks, facts, proposal=None, on=ON):
    """The finding of a check that reads the table."""
    book = Rulebook.of([rule_of(TABLE, "table"), rule_of(looks, "check")])
    found = evaluate(facts, proposal or asked(), book, on)
    return found[0] if found else None


def thinner(drug="warfarin", **more):
    """A blood thinner that is taken."""
    return medicine("1", drug, classes=THINS, **more)


def test_holds_are_said_in_words():
    """Days, hours, together, or none."""
    assert [
        str(hold)
        for hold in (Hold(days=1), Hold(days=5), Hold(hours=1), Hold(hours=24), Hold(shared=True))
    ] == ["1 day", "5 days", "1 hour", "24 hours", "to be decided together"]
    assert str(Hold()) == "no hold"
    assert [
        Hold().longest,
        Hold(days=3).longest,
        Hold(hours=24).longest,
        Hold(hours=25).longest,
    ] == [
        0,
        3,
        1,
        2,
    ]
    assert Hold().is_none
    assert not any(hold.is_none for hold in (Hold(days=1), Hold(hours=1), Hold(shared=True)))


def test_the_plan_of_a_drug():
    """When for the last time, when again, who must agree, and what else is to be known."""
    found = holds(Listed("table", THINS), Facts(taken=(thinner(),)))
    (row,) = found.holds
    assert (row.drug, row.bleeding_class, row.hold) == ("warfarin", "intermediate", "5 days")
    assert (row.last_dose_on, row.last_dose_by) == (ON - 5 * DAY, None)
    assert (row.restart_hours, row.is_shared) == (24, False)
    assert (row.needs_inr, row.needs_prescriber, row.confidence) == (True, True, "S")
    assert row.notes == ("A note.",)
    assert found.counted == (
        "Warfarin: last dose no later than 2024-03-27 (5 days); not known: advanced liver disease"
    )
    assert rows(found) == ["1"]
    at = datetime(2024, 4, 1, 14, tzinfo=UTC)
    found = holds(
        Listed("table", THINS), Facts(taken=(thinner("enoxaparin"),)), asked(starts_at=at)
    )
    assert found.holds[0].last_dose_by == at - timedelta(hours=24)
    assert found.holds[0].hours == 24
    raised = Facts(taken=(thinner(),), states=frozenset({"liver_disease"}))
    found = holds(Listed("table", THINS), raised)
    assert found.holds[0].bleeding_class == "high"
    assert found.holds[0].notes == ("A note.", "One class higher: advanced liver disease.")
    assert "not known" not in found.counted


def test_only_procedures_of_a_class():
    """A hold that is for high risk only."""
    looks = Listed("table", THINS, only_for=(Bleeding.HIGH,))
    facts = Facts(taken=(thinner(),))
    assert holds(looks, facts) is None
    assert holds(looks, facts, asked(treatment="stimulator")) is not None
    assert holds(Listed("table", THINS), facts, asked(treatment="walking")) is None
    assert holds(Listed("nowhere", THINS), facts) is None
    assert holds(Listed("table", frozenset({"nsaid"})), facts) is None


def test_a_drug_that_the_table_does_not_know():
    """It is not passed over: somebody decides."""
    found = holds(Listed("table", THINS), Facts(taken=(thinner("novel"),)))
    (row,) = found.holds
    assert (row.is_shared, row.needs_prescriber) == (True, True)
    assert row.notes == ("The table has no line for this drug.",)
    assert row.needs_inr is False
    assert row.last_dose_on is None


def test_aspirin_after_an_event_is_another_thing():
    """The state decides which line of the table holds."""
    first = holds(Listed("table", THINS), Facts(taken=(thinner("aspirin"),)))
    assert first.holds[0].last_dose_on == ON - DAY
    assert first.holds[0].needs_prescriber is False
    after = Facts(taken=(thinner("aspirin"),), states=frozenset({"aspirin_secondary_prevention"}))
    second = holds(Listed("table", THINS), after)
    assert (second.holds[0].is_shared, second.holds[0].needs_prescriber) == (True, True)
    assert second.counted.startswith("Aspirin: to be decided together")


def test_a_last_dose_that_was_too_late():
    """Which drug, and from when on it would have been in time."""
    late = holds(Unmet("table", THINS), Facts(taken=(thinner(last_dose_on=ON - 2 * DAY),)))
    assert (str(late.severity), late.missing) == ("block", ())
    assert late.clears_on == ON + 3 * DAY
    assert late.counted == (
        "Warfarin: last taken on 2024-03-30, it should be no later than 2024-03-27 (5 days)"
    )
    assert late.evidence[0].on == ON - 2 * DAY
    ended = holds(Unmet("table", THINS), Facts(taken=(thinner(end=ON - 2 * DAY),)))
    assert ended.clears_on == ON + 3 * DAY
    unknown = holds(Unmet("table", THINS), Facts(taken=(thinner(),)))
    assert unknown.missing == ("Warfarin: last dose",)
    soft = holds(Unmet("table", THINS), Facts(taken=(thinner("apixaban", last_dose_on=ON),)))
    assert str(soft.severity) == "info"
    shared = Facts(taken=(thinner(last_dose_on=ON),))
    assert holds(Unmet("table", THINS), shared, asked(treatment="trigger")) is None
    at = datetime(2024, 4, 1, 14, tzinfo=UTC)
    exact = thinner("enoxaparin", last_dose_at=at - timedelta(hours=24), last_dose_on=ON - DAY)
    assert holds(Unmet("table", THINS), Facts(taken=(exact,)), asked(starts_at=at)) is None
    assert holds(Unmet("table", THINS), Facts(taken=(exact,))).missing


def test_the_inr_of_the_day():
    """Not too old, not too high, and only for the drugs that need it."""
    looks = ClottingKnown("table", THINS, most=Decimal("1.4"), within=Span(days=1))

    def with_inr(value, days):
        measured = (Measurement("m", "inr", Decimal(value), ON - days * DAY),)
        return holds(looks, Facts(taken=(thinner(),), measured=measured))

    assert with_inr("1.4", 1) is None
    high = with_inr("1.50", 0)
    assert (high.counted, rows(high)) == ("INR 1.5, more than 1.4", ["m", "1"])
    assert with_inr("1.0", 2).counted == "no INR of the day"
    assert rows(with_inr("1.0", 2)) == ["1"]
    assert holds(looks, Facts(taken=(thinner("enoxaparin"),))) is None


def test_the_prescriber_agrees():
    """Drug by drug, or to all of them."""
    looks = PrescriberAgrees("table", THINS)
    facts = Facts(taken=(thinner(),))
    found = holds(looks, facts)
    assert (found.counted, rows(found)) == ("Warfarin", ["1"])
    assert holds(looks, facts, asked(documented={"prescriber_ok": ["warfarin"]})) is None
    assert holds(looks, facts, asked(documented={"prescriber_ok": True})) is None
    assert holds(looks, facts, asked(documented={"prescriber_ok": ["apixaban"]})) is not None
    assert holds(looks, Facts(taken=(thinner("enoxaparin"),))) is None


def test_the_kidneys_are_known():
    """Young enough a value, and not low."""
    looks = KidneysKnown("table", THINS, within=Span(days=90))

    def with_clearance(value, days):
        measured = (Measurement("m", "creatinine_clearance", Decimal(value), ON - days * DAY),)
        return holds(looks, Facts(taken=(thinner("enoxaparin"),), measured=measured))

    assert with_clearance(30, 90) is None
    low = with_clearance("29.90", 90)
    assert low.counted == "Enoxaparin: clearance 29.9, a longer hold"
    assert (rows(low), low.missing) == (["m", "1"], ())
    old = with_clearance(90, 91)
    assert old.missing == ("creatinine clearance within 90 days",)
    assert (old.counted, rows(old)) == ("Enoxaparin", ["1"])
    assert holds(looks, Facts(taken=(thinner(),))) is None
    weak = Facts(
        taken=(thinner("enoxaparin"),),
        measured=(Measurement("m", "creatinine_clearance", Decimal(20), ON),),
    )
    (row,) = holds(Listed("table", THINS), weak).holds
    assert (row.hold, row.last_dose_on) == ("48 hours", ON - 2 * DAY)
    assert row.notes == ("Longer: the kidneys remove it slowly.",)
    same = Facts(taken=(thinner("apixaban"),), measured=weak.measured)
    assert holds(Listed("table", THINS), same).holds[0].hold == "3 days"


def test_the_restart_is_told():
    """With the hours, or that somebody decides."""
    looks = RestartTold("table", THINS)
    facts = Facts(taken=(thinner(),))
    found = holds(looks, facts)
    assert found.counted == "Warfarin: again after 24 hours"
    assert (len(found.holds), rows(found)) == (1, ["1"])
    assert holds(looks, facts, asked(documented={"restart_told": True})) is None
    assert holds(looks, Facts()) is None
    undecided = holds(looks, Facts(taken=(thinner("enoxaparin"),)))
    assert undecided.counted == "Enoxaparin: restart to be decided"


def test_nobody_stops_what_goes_on():
    """Only for a procedure of low risk, and only what the table lets go on."""
    looks = NotToBeHeld("table", THINS)
    held = {"documented": {"held_drugs": ["warfarin", "aspirin"]}}
    low = asked(treatment="trigger", **held)
    found = holds(looks, Facts(taken=(thinner("aspirin"),)), low)
    assert (found.counted, rows(found)) == ("Aspirin", ["1"])
    assert holds(looks, Facts(taken=(thinner("aspirin"),)), asked(**held)) is None
    assert holds(looks, Facts(taken=(thinner("apixaban"),)), low) is None
    assert holds(looks, Facts(taken=(thinner("aspirin"),)), asked(treatment="trigger")) is None
    assert holds(NotToBeHeld("no", THINS), Facts(taken=(thinner("aspirin"),)), low) is None


def test_the_class_of_a_procedure():
    """One row, two thinners, a risk factor, or no row at all."""
    proposal = Proposal("esi", frozenset(), Stage.BOOK)
    one = Facts(taken=(thinner(),))
    assert TABLE.bleeding(one, proposal, ON) is Bleeding.INTERMEDIATE
    two = Facts(taken=(thinner(), thinner("apixaban")))
    assert TABLE.bleeding(two, proposal, ON) is Bleeding.HIGH
    with_nsaid = Facts(taken=(thinner(), medicine("2", "ibuprofen", classes={"nsaid"})))
    assert TABLE.bleeding(with_nsaid, proposal, ON) is Bleeding.INTERMEDIATE
    assert TABLE.bleeding(one, Proposal("walk", frozenset(), Stage.BOOK), ON) is None
    assert TABLE.not_known(Facts()) == ["advanced liver disease"]
    assert TABLE.not_known(Facts(absent=frozenset({"liver_disease"}))) == []
    assert TABLE.look(one, proposal, ON) is None
    stopped = Facts(taken=(thinner(end=ON - 6 * DAY),))
    assert TABLE.plan(stopped, proposal, ON, THINS) == []
    just = Facts(taken=(thinner(end=ON - 5 * DAY),))
    assert len(TABLE.plan(just, proposal, ON, THINS)) == 1


@pytest.mark.parametrize(
    ("days", "hours", "is_in_time"),
    [(0, 24, False), (0, 23, None), (1, 48, False), (1, 24, None), (2, 24, True), (2, 25, None)],
)
def test_hours_of_days_that_are_known(days, hours, is_in_time):
    """The last minute of one day and the first of another, at both ends."""
    row = HeldDrug("1", "H", "h", "high", "", hours=hours, last_dose_on=ON)
    taken = thinner(last_dose_on=ON - days * DAY)
    assert in_time(row, taken, ON) is is_in_time
    free = HeldDrug("1", "H", "h", "low", "")
    assert in_time(free, taken, ON) is True


def test_a_last_dose_that_nobody_wrote_down_is_not_told_as_one_that_was_too_late():
    """The day by which it should be is no fact: told as one, somebody is accused or misled."""
    unclear = holds(Unmet("table", THINS), Facts(taken=(thinner(),)))
    assert unclear.message.startswith("It is not written down when the last dose was.")
    assert "it should be no later than 2024-03-27" in unclear.message
    assert [row.on for row in unclear.evidence] == [None]
    assert unclear.missing == ("Warfarin: last dose",)
