"""Every fact that a rule asks for can be told somewhere: else it nags for ever, or is deaf."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from treatments.domain.procedure_items import CHECKLIST, DEVICE
from treatments.domain.procedures import Content, GivenDrug
from treatments.domain.recognized import _CONDITIONS, _EVENTS, MEASURES
from treatments.domain.recognized import STATES as RECOGNIZED
from treatments.domain.rules import Facts, Proposal
from treatments.domain.rules.facts import Agreed, Cared, Done, Scored, Stage
from treatments.domain.rules.words import DOCUMENTED, EVENTS, MARKS, MEASUREMENTS, STATES
from treatments.domain.rules_authorized import with_authorization
from treatments.domain.rules_recorded import RECORDED, measured_pain
from treatments.domain.spine import CountingRegion
from treatments.facts.assess import _documented, with_checklist
from treatments.facts.people import _held
from treatments.management.catalogue_files import read_catalogue
from treatments.management.rule_files import rules_with_records

ON = date(2026, 6, 1)
# Fields of the procedure form that are no small questions.
FORM = {"guidance", "sedation", "pain_before", "pain_after", "contrast", "local_volume_ml"}
ORDERED = {"drug", "goals", "plan_type", "plan_amount", "plan_duration", "plan_frequency"}
SETTLED = {"authorization", "prescriber_ok", "restart_told", "held_drugs"}
# Seen from the order and the last procedure (`rules_changed`).
SEEN = {"changed"}
AT_THE_PROCEDURE = {*CHECKLIST, *DEVICE, *FORM}
ANYWHERE = {*RECORDED, *ORDERED, *SETTLED, *SEEN}
PAIN = Scored("1", ON, "nrs-now", Decimal(2))
RULES = [rule for rule, _shipped in rules_with_records() if rule.is_on and rule.is_evaluable]
RECORDS = {rule.key: shipped.record for rule, shipped in rules_with_records()}


def words_in(record, vocabulary):
    """The words of a vocabulary that a record's conditions and params use, wherever they stand."""
    found = set()

    def walk(value):
        if isinstance(value, Mapping):
            for key, item in value.items():
                found.update({key} & set(vocabulary))
                walk(item)
        elif isinstance(value, list | tuple):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            found.update({value} & set(vocabulary))

    for part in ("params", "when", "unless"):
        walk(record.get(part, {}))
    return found


@pytest.mark.parametrize("rule", RULES, ids=[rule.key for rule in RULES])
def test_what_is_to_be_written_down_has_a_place(rule):
    """A kyphoplasty was stopped at ordering for what only the procedure's form could say."""
    params = RECORDS[rule.key].get("params", {})
    for word in params.get("needs", []) if rule.kind == "documentation" else []:
        at = AT_THE_PROCEDURE if rule.stages == {Stage.RECORD} else set()
        assert word in ANYWHERE | at, f"{word} is asked where nobody can say it"


def test_every_documented_word_in_use_can_be_told():
    """What nobody can tell makes a rule nag for ever, or deaf."""
    asked = set()
    for rule in RULES:
        record = RECORDS[rule.key]
        asked |= words_in(record, DOCUMENTED) - set(MEASUREMENTS) - {"drug"}
    assert asked - ANYWHERE - AT_THE_PROCEDURE == set()


def test_every_state_that_is_asked_can_be_told():
    """By an import, a consultation's red flags, or the procedure's form."""
    flags = {entry.key for entry in read_catalogue() if entry.section == "red_flag"}
    asked = set().union(*(words_in(RECORDS[rule.key], {*STATES, *flags}) for rule in RULES))
    told = {*RECOGNIZED, *_CONDITIONS, *flags, *CHECKLIST, *DOCUMENTED, "pain"}
    assert asked - told - set(EVENTS) - set(MEASUREMENTS) == set()


def test_every_measurement_event_and_mark_can_be_told():
    """A value that no observation can give is missing for ever."""
    records = [RECORDS[rule.key] for rule in RULES]
    measured = set().union(*(words_in(record, MEASUREMENTS) for record in records))
    answered = set(DOCUMENTED) | set(EVENTS) | {pain.what for pain in measured_pain([PAIN])}
    assert measured - set(MEASURES) - answered == set()
    events = set().union(*(words_in(record, EVENTS) for record in records))
    assert events - set(_EVENTS) - {"facet_ablation", "imaging"} == set()
    marks = set().union(*(words_in(record, MARKS) for record in records))
    # Written in the course, ordered by a physician, or reported in a visit (`facts/people.py`).
    assert marks == {"certified", "ordered", "plan_sent", "progress_report"}


def test_the_record_answers_what_it_knows():
    """A score that was answered yesterday is not asked for a second time."""
    facts = Facts(
        scores=(Scored("1", ON, "nrs-average", Decimal(6)), Scored("2", ON, "peg", Decimal(5))),
        cared=(Cared("1", "Physical therapy", "physical-therapy", date(2026, 3, 1)),),
        diagnoses=frozenset({"M54.16"}),
        since={"imaging": date(2025, 7, 1)},
    )
    asked = Proposal("epidural-steroid-injection", frozenset({"esi"}), Stage.BOOK)
    told = with_authorization(asked, facts, ON).documented
    assert set(told) == set(RECORDED) - {"facility"}
    hospital = replace(facts, facility="hospital_outpatient")
    assert set(with_authorization(asked, hospital, ON).documented) == set(RECORDED)
    assert told["care_record"] == "Physical therapy"
    later = with_authorization(asked, facts, date(2027, 6, 1)).documented
    assert set(later) == {"care_record", "exercise_program", "plan_diagnoses", "imaging_24mo"}


def test_what_is_ticked_at_the_procedure_is_known():
    """And what is denied there is known not to be."""
    told = {"fused_level": True, "infection": "no", "pregnancy": "positive", "consent": True}
    facts = with_checklist(Facts(), Content(checklist=told), ON)
    assert facts.states == {"fused_level", "pregnancy"}
    assert facts.absent == {"infection"}


def test_what_a_hold_plan_stops_is_told_to_the_rules():
    """A rule that warns of stopping what goes on could never speak: nobody said what is stopped."""
    facts = Facts(agreed=(Agreed(ON, held=frozenset({"clopidogrel"})),))
    asked = Proposal("trigger-point-injection", frozenset({"tpi"}), Stage.BOOK)
    assert with_authorization(asked, facts, ON).documented["held_drugs"] == ("clopidogrel",)
    plan = [
        {"drug": "warfarin", "needs_prescriber": True, "last_dose_on": None},
        {"drug": "apixaban", "needs_prescriber": False, "last_dose_on": "2026-06-01"},
        {"drug": "aspirin", "last_dose_on": None},
    ]
    assert _held(plan, is_agreed=True, is_told=False) == {"warfarin", "apixaban"}
    assert _held(plan, is_agreed=False, is_told=True) == {"apixaban"}
    assert _held(plan, is_agreed=False, is_told=False) == frozenset()


def test_the_volume_for_a_level_is_reckoned_from_what_was_drawn_up():
    """Half a millilitre for a level is asked of the dose sheet, and not of the physician again."""
    drugs = (GivenDrug("lidocaine", "local_anesthetic", volume_ml=Decimal(3)),)
    content = Content(levels=("L3-L4", "L4-L5"), laterality="bilateral", drugs=drugs)
    assert _documented(content)["local_volume_ml"] == Decimal("0.75")
    assert _documented(replace(content, levels=()))["local_volume_ml"] is None


def epidural(on, approach="interlaminar", levels=("L4-L5",), **more):
    """One that was done in the low back."""
    told = {"families": frozenset({"esi"}), "region": CountingRegion.LUMBAR_SACRAL}
    return Done(
        f"{on}", "Epidural", on, "esi", approach=approach, levels=frozenset(levels), **told, **more
    )


def repeat(facts, **more):
    """What is told of a repeat that is ordered for the first of June."""
    told = {"families": frozenset({"esi"}), "region": CountingRegion.LUMBAR_SACRAL}
    asked = {"approach": "interlaminar", "levels": frozenset({"L4-L5"})} | more
    proposal = Proposal("esi", stage=Stage.ORDER, **told, **asked)
    return with_authorization(proposal, facts, ON).documented.get("changed", "")


def test_a_repeat_in_another_way_is_seen_from_the_order():
    """A caudal retry after an interlaminar one that failed was stopped: nobody could say so."""
    facts = Facts(done=(epidural(date(2026, 4, 1)),))
    assert repeat(facts) == ""
    assert repeat(facts, approach="caudal") == "approach"
    assert repeat(facts, approach="caudal", levels=frozenset({"S1"})) == "approach, level"
    # What the order leaves open, and what was done elsewhere, is no other way.
    assert repeat(facts, approach="", levels=frozenset()) == ""
    assert repeat(Facts(done=(replace(facts.done[0], region=None),)), approach="caudal") == ""
    assert repeat(Facts(done=(replace(facts.done[0], is_booked=True),)), approach="caudal") == ""


def test_there_is_one_retry():
    """Each time in another way would be a limit for nobody."""
    first, retry = epidural(date(2026, 4, 1)), epidural(date(2026, 5, 1), "caudal")
    assert repeat(Facts(done=(first, retry)), approach="transforaminal") == ""
    # One that came when the one before had had its time was no retry.
    long_ago = epidural(date(2026, 1, 31))
    assert repeat(Facts(done=(long_ago, retry)), approach="transforaminal") == "approach"
    near = epidural(date(2026, 2, 2))
    assert repeat(Facts(done=(near, retry)), approach="transforaminal") == ""


def test_an_answered_pain_is_a_measured_one():
    """A pain of 2 that was written today passed a kyphoplasty as “not recorded”."""
    worst = Scored("2", ON, "nrs-worst", Decimal(8))
    numbed = Scored("3", ON, "nrs-now", Decimal(0), occasion="after")
    (first, *others) = measured_pain([numbed, worst, PAIN])
    assert (first.key, first.what, first.value, first.on) == ("1", "pain", Decimal(2), ON)
    assert [row.key for row in others] == ["2"]
    facts = with_checklist(Facts(measured=(first,)), Content(pain_before=6), ON)
    assert facts.last("pain", until=ON).value == 6
