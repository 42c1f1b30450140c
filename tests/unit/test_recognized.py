"""What other systems' words mean here: a drug that is not recognized is not counted."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from treatments.domain.hold_plan import drafted, held_rows
from treatments.domain.outside_procedures import treatment_of
from treatments.domain.recognized import (
    DrugBook,
    KnownDrug,
    allergens_of,
    events_of,
    measure_of,
    states_of,
)
from treatments.domain.rules_relief import Answer, percents

BOOK = DrugBook(
    [
        KnownDrug("naproxen", "Naproxen", frozenset({"nsaid"})),
        KnownDrug("naproxen-sodium", "Naproxen sodium", frozenset({"nsaid"})),
        KnownDrug("codeine", "Codeine", frozenset({"opioid"})),
        KnownDrug("acetaminophen", "Acetaminophen", frozenset({"acetaminophen"}), ("paracetamol",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Naproxen sodium 220 MG Oral Tablet", {"naproxen-sodium"}),
        ("NAPROXEN 500 MG", {"naproxen"}),
        ("Paracetamol 300 MG / Codeine 30 MG", {"acetaminophen", "codeine"}),
        ("Willow bark", set()),
    ],
)
def test_a_prescription_names_its_drugs(text, keys):
    """In a combination the second one is the one that is overlooked."""
    assert {drug.key for drug in BOOK.called(text)} == keys


@pytest.mark.parametrize(
    ("text", "code", "state"),
    [
        ("Diabetes mellitus type 2", "", "diabetes"),
        ("", "E11.9", "diabetes"),
        ("T2DM, insulin", "", "diabetes"),
        ("28 wks gestation", "", "pregnancy"),
        ("Osteomyelitis of vertebra", "M46.22", "infection"),
    ],
)
def test_a_problem_means_a_state(text, code, state):
    """By its words or by its code: systems send one, the other, or both."""
    assert state in states_of([(text, code)])


def test_what_sounds_alike_means_nothing():
    """A warning for nothing is the last one that is read."""
    assert states_of([("Prediabetes", ""), ("Family history of diabetes", "")]) == frozenset()
    assert states_of([("Diabetes insipidus", ""), ("Pre-diabetes", "")]) == frozenset()
    assert states_of([("Not pregnant", ""), ("No history of diabetes", "")]) == frozenset()
    assert measure_of("Body mass index percentile") == ""
    assert measure_of("Urine albumin/creatinine ratio") == ""
    assert treatment_of("Epidural anesthesia for labor") == ""


def test_measures_treatments_allergens_and_events_are_found():
    """Each is a fact that a rule asks for by its own word."""
    assert measure_of("INR in Platelet poor plasma") == "inr"
    assert measure_of("Glomerular filtration rate/1.73 sq M") == "egfr"
    assert measure_of("Hemoglobin A1c/Hemoglobin.total in Blood") == "hba1c"
    assert treatment_of("Lumbar epidural steroid injection") == "epidural-steroid-injection"
    assert treatment_of("Radiofrequency neurotomy of lumbar facet") == "radiofrequency-ablation"
    assert allergens_of("Iodinated contrast", BOOK) == {"contrast"}
    assert allergens_of("Naproxen", BOOK) >= {"naproxen", "nsaid"}
    assert events_of("Acute myocardial infarction", "I21.9") == ("myocardial_infarction",)


def test_relief_is_told_on_one_instrument_from_the_last_answer_before():
    """A pain score beside a function score makes any number."""
    day = datetime(2027, 1, 1, tzinfo=UTC)

    def answer(key, score, days, instrument="nrs", procedure="", occasion=""):
        at = day.replace(day=1 + days)
        return Answer(key, at, (instrument, "1"), Decimal(score), procedure, occasion)

    rows = [
        answer("before", 8, 0),
        answer("numbed", 1, 2, procedure="block", occasion="after"),
        answer("other", 2, 1, "peg"),
        answer("after", 2, 10, procedure="p"),
        answer("alone", 2, 10, "peg-3", procedure="p"),
    ]
    told = percents(rows, {"p": day.replace(day=5)})
    assert told.pop("numbed") is None
    assert told == {"after": Decimal(75), "alone": None}


def test_a_person_is_told_a_day_or_to_ask():
    """“Stop your blood thinner” without a day is stopped at once, or never."""
    plain = {
        "key": "1",
        "label": "Warfarin",
        "hold": "5 days",
        "last_dose_on": "2027-02-24",
        "restart_hours": 24,
    }
    shared = {"key": "2", "label": "Aspirin", "hold": "to be decided", "is_shared": True}
    rows = held_rows([plain, shared], {"1": "2027-02-26"})
    assert rows[0].is_late
    lines = drafted(rows, UTC).split("\n")
    assert lines[0].startswith(
        "Warfarin: take the last dose on Wednesday, February 24. Start again"
    )
    assert lines[1] == "Aspirin: keep taking it until we have talked with you about it."
    assert lines[2].startswith("Do not stop any other medicine.")
