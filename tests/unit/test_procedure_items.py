"""Concentrations, the small questions and the picture of the spine."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.domain.amounts import Amount, Unit
from treatments.domain.catalogue import DrugDetails, TreatmentDetails
from treatments.domain.concentrations import contradicts, dose_in, per_millilitre
from treatments.domain.lots import plain_lot
from treatments.domain.procedure_items import CHECKLIST, DEVICE, read_items
from treatments.domain.procedures import levels_for, role_of
from treatments.domain.spine import LevelKind, Region
from treatments.domain.spine_picture import picture, said

EVERYWHERE = tuple(Region)


@given(st.decimals("0.01", "50", places=2), st.decimals("0.05", "20", places=2))
def test_per_cent_and_milligrams_say_the_same(percent, volume):
    """0.5 % is 5 mg/mL: ten times wrong is the classical slip."""
    by_percent = dose_in(volume, f"{percent} %", Unit.MILLIGRAM)
    by_mass = dose_in(volume, f"{percent * 10} mg/mL", Unit.MILLIGRAM)
    assert by_percent == by_mass
    assert by_mass.value == percent * 10 * volume


@pytest.mark.parametrize("text", ["180 mgI/mL", "", "forty", "1:200,000", "-3 mg/mL", "%"])
def test_what_says_no_mass_makes_no_dose(text):
    """Iodine in a contrast agent is not the dose of the agent."""
    assert per_millilitre(text) is None


def test_rounding_is_no_contradiction_and_a_factor_is():
    """3.75 mg may be written as 3.8; 37.5 may not."""
    written = Amount(Decimal("3.8"), Unit.MILLIGRAM)
    assert contradicts(written, Decimal("1.5"), "0.25 %") is None
    assert contradicts(Amount(Decimal("37.5"), Unit.MILLIGRAM), Decimal("1.5"), "0.25 %")


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ({"inr": "NaN"}, "inr"),
        ({"inr": "210"}, "inr"),
        ({"inr": 1.2}, "inr"),
        ({"inr_at": "2026-06-01T10:00"}, "inr_at"),
        ({"driver": "maybe"}, "driver"),
        ({"consent": "yes"}, "consent"),
        ({"surprise": "1"}, "surprise"),
        ({"stop_reason": "x" * 501}, "stop_reason"),
        ({"stop_reason": "\x00"}, "stop_reason"),
        ({"stop_reason": ["x"]}, "stop_reason"),
    ],
)
def test_nonsense_is_refused_by_its_key(raw, wrong):
    """What is kept as JSON is checked by nobody else."""
    values, complaints = read_items(raw, CHECKLIST)
    assert (values, list(complaints)) == ({}, [wrong])


def test_numbers_are_kept_exactly_as_text():
    """A float would make 0.1 of an INR something else."""
    assert read_items({"temperature": "80.0", "seconds": 90}, DEVICE)[0] == {
        "temperature": "80",
        "seconds": "90",
    }


@pytest.mark.parametrize("kind", [kind for kind in LevelKind if kind is not LevelKind.NONE])
def test_every_level_is_in_the_picture_once(kind):
    """What cannot be picked cannot be recorded."""
    details = TreatmentDetails("procedural", 3, regions=EVERYWHERE, level_kinds=(kind,))
    shown = [p.level for part in picture(details, ()) for p in part.pieces if p.level]
    assert sorted(shown) == sorted(levels_for(details))


def test_what_is_picked_is_read_out():
    """Somebody who does not see the picture must know what it says."""
    assert said("lumbar", ["L5-S1", "L3-L4", "L4-L5"], "left") == (
        "Lumbar, L3-L4, L4-L5 and L5-S1, left."
    )
    assert said("", [], "") == "Nothing is picked yet."


@given(st.text("ab1 -\t", max_size=12))
def test_lots_are_compared_without_case_and_spaces(text):
    """Labels are typed as they are read."""
    assert plain_lot(text.upper()) == plain_lot(f" {text.lower()} ")


@pytest.mark.parametrize(
    ("classes", "routes", "role"),
    [
        (("anticoagulant",), ("oral",), ""),
        (("anticoagulant",), ("intravenous",), ""),
        (("steroid", "oral_steroid"), ("oral",), ""),
        (("steroid", "oral_steroid"), ("oral", "epidural"), "steroid"),
        (("sedative",), ("oral",), "sedative"),
        (("other", "diluent"), ("epidural",), "other"),
    ],
)
def test_only_what_is_injected_is_a_drug_of_a_procedure(classes, routes, role):
    """A list that offers warfarin beside triamcinolone will once be clicked wrongly."""
    wanted = ("steroid", "local_anesthetic", "contrast", "sedative", "other")
    assert role_of(DrugDetails(classes=classes, routes=routes), wanted) == role
