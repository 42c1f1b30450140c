"""A procedure from its first click to its correction: no contradiction gets in, nothing is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from tests.builders import make_patient, make_user
from tests.record_builders import shipped_catalogue
from treatments.actions import documents, favorites
from treatments.actions import procedures as actions
from treatments.domain.procedures import Content, GivenDrug
from treatments.models import CatalogueEntry, FollowUp, Procedure, ProcedureDrug
from treatments.models.procedure_content import (
    content_from_habits,
    content_of,
    drugs_mark,
)

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
TRIAMCINOLONE = GivenDrug(
    "triamcinolone",
    dose=Decimal(40),
    dose_unit="mg",
    volume_ml=Decimal(1),
    concentration="40 mg/mL",
    lot_number="A-17",
    expiry_date=date(2027, 1, 31),
)
READY = Content(
    performed_at=NOW,
    region="lumbar",
    levels=("L4-L5",),
    laterality="left",
    approach="interlaminar",
    purpose="therapeutic",
    checklist={"consent": True, "time_out": True, "allergies_reviewed": True},
    drugs=(TRIAMCINOLONE,),
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


def start(physician, content=READY, treatment="epidural-steroid-injection", patient=None):
    return actions.start_procedure(
        patient=patient or make_patient(),
        treatment=CatalogueEntry.objects.get(pk=treatment),
        performer=physician,
        content=content,
        by=physician,
        now=NOW,
    )


def save(row, content, physician, **more):
    change = actions.Change(content, physician, **({"revision": row.revision} | more))
    return actions.save_procedure(procedure=row, change=change, by=physician, now=LATER)[0]


def sign(row, physician, **reasons):
    return actions.sign_procedure(procedure=row, reasons=reasons, by=physician, now=LATER)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"levels": ("C5-C6",)}, "levels"),
        ({"levels": ("L9",)}, "levels"),
        ({"region": "", "levels": ("L4-L5",)}, "region"),
        ({"performed_at": NOW + timedelta(minutes=1)}, "performed_at"),
        ({"ended_at": NOW - timedelta(hours=1)}, "ended_at"),
        ({"approach": "balloon"}, "approach"),
        ({"approach": "caudal"}, "approach"),
        ({"purpose": "diagnostic"}, "purpose"),
        ({"pain_before": 11}, "pain_before"),
        ({"device_settings": {"cement_ml": {"L1": "3"}}}, "cement.L1"),
        ({"checklist": {"inr_at": "2026-06-01T14:00:00+00:00"}}, "checklist.inr"),
        ({"drugs": (replace(TRIAMCINOLONE, dose=Decimal(0)),)}, "drugs.0.dose"),
        ({"drugs": (replace(TRIAMCINOLONE, dose=Decimal(80)),)}, "drugs.0.dose"),
        ({"drugs": (replace(TRIAMCINOLONE, dose_unit="mL"),)}, "drugs.0.dose_unit"),
        ({"drugs": (replace(TRIAMCINOLONE, dose_unit="g", volume_ml=None),)}, "drugs.0.dose"),
        ({"drugs": (replace(TRIAMCINOLONE, drug="ibuprofen"),)}, "drugs.0.drug"),
        ({"performed_at": datetime(1970, 5, 16, 12, tzinfo=UTC)}, "performed_at"),
        ({"drugs": (replace(TRIAMCINOLONE, role="local_anesthetic"),)}, "drugs.0.role"),
        ({"drugs": (GivenDrug("bupivacaine", dose=Decimal(100_000)),)}, "drugs.0.dose"),
        ({"drugs": (GivenDrug("bupivacaine", volume_ml=Decimal(9_000)),)}, "drugs.0.volume_ml"),
        ({"drugs": (TRIAMCINOLONE,) * 51}, "drugs.50.drug"),
        (
            {"drugs": (replace(TRIAMCINOLONE, expiry_date=date(2026, 5, 31)),)},
            "drugs.0.expiry_date",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(physician, change, field):
    """A wrong level or dose in a record is believed for years."""
    with pytest.raises(actions.WrongProcedure) as refusal:
        start(physician, replace(READY, **change))
    assert refusal.value.details["fields"][field]
    assert not Procedure.objects.exists()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"on": datetime(1970, 5, 16, 12, tzinfo=UTC)}, "performed_date"),
        ({"drugs": [replace(TRIAMCINOLONE, role="local_anesthetic")]}, "drugs.0.role"),
        ({"drugs": [GivenDrug("bupivacaine", dose=Decimal(100_000))]}, "drugs.0.dose"),
    ],
)
def test_what_was_done_elsewhere_makes_sense_as_well(physician, told, field):
    """A slip in what somebody tells is counted against the next dose like a true one."""
    wish = actions.OutsideProcedure(**({"treatment": None, "text": "A shot", "on": None} | told))
    with pytest.raises(actions.WrongProcedure) as refusal:
        actions.record_outside(patient=make_patient(), told=wish, by=physician, now=NOW)
    assert set(refusal.value.details["fields"]) == {field}


def test_a_lot_that_expires_today_may_still_be_used(physician):
    """An expiry date is the last day."""
    start(physician, replace(READY, drugs=(replace(TRIAMCINOLONE, expiry_date=NOW.date()),)))
    assert ProcedureDrug.objects.get().expiry_date == NOW.date()


def test_a_dose_follows_from_volume_and_concentration(physician):
    """Nobody should have to multiply beside a patient."""
    local = GivenDrug("bupivacaine", volume_ml=Decimal("1.5"), concentration="0.25 %")
    row = start(physician, replace(READY, drugs=(local,)))
    assert [(d.dose, d.dose_unit, d.role) for d in row.drugs.all()] == [
        (Decimal("3.75"), "mg", "local_anesthetic")
    ]


def test_cement_needs_its_vertebra_and_is_added_up(physician):
    """The volume for each level is what a leak is judged by."""
    content = replace(
        READY,
        levels=("L2", "L1"),
        approach="balloon_bipedicular",
        drugs=(),
        device_settings={"cement_ml": {"L1": "3.5", "L2": "2.25"}},
    )
    row = start(physician, content, "kyphoplasty")
    assert (row.cement_volume, row.levels) == (Decimal("5.75"), ["L1", "L2"])
    with pytest.raises(actions.WrongProcedure):
        save(row, replace(content, levels=("L1",)), physician)
    with pytest.raises(actions.WrongProcedure):
        save(row, replace(content, levels=()), physician)


def test_everything_missing_is_listed_at_once(physician):
    """Being sent back three times is how people learn to type anything."""
    bare = GivenDrug("triamcinolone", dose=Decimal(40), dose_unit="mg")
    row = start(physician, Content(performed_at=NOW, drugs=(bare,)))
    with pytest.raises(actions.NotReady) as refusal:
        sign(row, physician)
    assert {lack["code"] for lack in refusal.value.details["lacks"]} == {
        *("region", "levels", "laterality", "approach"),
        *("consent", "time_out", "allergies", "lot-triamcinolone"),
    }


def test_a_missing_lot_is_signed_with_a_reason_and_missing_consent_never(physician):
    """A lost vial must not stop the record; a lost consent must."""
    bare = replace(TRIAMCINOLONE, lot_number="", expiry_date=None)
    row = start(physician, replace(READY, drugs=(bare,)))
    with pytest.raises(actions.NotReady):
        sign(row, physician, **{"lot-triamcinolone": "  "})
    signed = sign(row, physician, **{"lot-triamcinolone": "Vial thrown away"})
    assert signed.record_status == "signed"
    assert signed.checklist["reasons"] == {"lot-triamcinolone": "Vial thrown away"}
    other = start(physician, replace(READY, checklist={}))
    with pytest.raises(actions.NotReady):
        sign(other, physician, consent="She nodded", time_out="Hurry", allergies="None")


def test_who_signs_for_somebody_else_says_why(physician):
    """The name under a procedure is taken for the one who held the needle."""
    row = start(physician)
    colleague = make_user(Role.PHYSICIAN)
    with pytest.raises(actions.NotReady):
        sign(row, colleague)
    assert sign(row, colleague, signer="Left for the day").signed_by == colleague


def test_what_was_stopped_keeps_what_was_given(physician):
    """The steroid of an aborted injection is in the body all the same."""
    row = start(physician, replace(READY, status="stopped"))
    with pytest.raises(actions.NotReady):
        sign(row, physician)
    stopped = {**READY.checklist, "stop_reason": "Vasovagal reaction"}
    row = save(row, replace(READY, status="stopped", checklist=stopped), physician)
    assert sign(row, physician).status == "stopped"
    assert Procedure.objects.counted().get().drugs.count() == 1


def test_nurse_and_physician_write_in_one_draft(physician):
    """The nurse fills in drugs while the physician writes what was found."""
    row = start(physician)
    seen = drugs_mark(content_of(row).drugs)
    nurse = make_user(Role.NURSE)
    more = (TRIAMCINOLONE, GivenDrug("lidocaine", volume_ml=Decimal(2), concentration="1 %"))
    change = actions.Change(replace(READY, drugs=more), physician, revision=1, drugs_seen=seen)
    actions.save_procedure(procedure=row, change=change, by=nurse, now=LATER)
    both = save(row, replace(READY, findings="Good spread"), physician, drugs_seen=seen)
    assert (both.findings, both.drugs.count()) == ("Good spread", 2)


def test_two_who_change_the_same_are_shown_both(physician):
    """The second must choose; what the first wrote stays until then."""
    row = start(physician)
    seen = drugs_mark(content_of(row).drugs)
    mine = replace(READY, findings="A", drugs=(replace(TRIAMCINOLONE, lot_number="B-1"),))
    theirs = replace(READY, findings="B", drugs=(replace(TRIAMCINOLONE, lot_number="C-2"),))
    save(row, mine, physician, revision=1, drugs_seen=seen)
    with pytest.raises(documents.StaleDraft) as refusal:
        save(row, theirs, physician, revision=1, drugs_seen=seen)
    assert set(refusal.value.details["fields"]) == {"findings", "drugs"}
    now_there = Procedure.objects.get()
    assert content_of(now_there).drugs[0].lot_number == "B-1"
    chosen = save(
        now_there,
        theirs,
        physician,
        drugs_seen=drugs_mark(content_of(now_there).drugs),
        keep_theirs=frozenset({"findings"}),
    )
    assert (chosen.findings, content_of(chosen).drugs[0].lot_number) == ("A", "C-2")


def test_a_correction_takes_the_drugs_along_and_replaces_when_signed(physician):
    """A correction of the side must not lose the lot."""
    first = sign(start(physician), physician)
    second = actions.amend_procedure(procedure=first, reason="Right", by=physician, now=LATER)
    assert content_of(second).drugs[0].lot_number == "A-17"
    save(second, replace(READY, laterality="right"), physician)
    sign(second, physician)
    assert list(Procedure.objects.counted().values_list("laterality", flat=True)) == ["right"]


def test_a_draft_can_be_thrown_away_and_a_document_cannot(physician):
    """Stray drafts clutter; signed pages are the record."""
    row = start(physician)
    actions.discard_procedure(procedure=row, by=physician, now=LATER)
    assert not Procedure.objects.exists()
    signed = sign(start(physician), physician)
    with pytest.raises(documents.NotADraft):
        actions.discard_procedure(procedure=signed, by=physician, now=LATER)
    withdrawn = actions.withdraw_procedure(
        procedure=signed, reason="Wrong person", by=physician, now=LATER
    )
    assert withdrawn.record_status == "entered_in_error"


def test_a_favourite_carries_habits_and_nothing_about_the_person(physician):
    """Another person's lot, pain or findings in a new record would be a lie."""
    row = start(physician, replace(READY, findings="Stenosis", pain_before=8))
    kept = favorites.keep_favorite(procedure=row, name=" My  ESI ", by=physician, now=NOW)
    content = content_from_habits(kept.values)
    assert kept.name == "My ESI"
    assert (content.levels, content.findings, content.pain_before) == (["L4-L5"], "", None)
    assert (content.drugs[0].dose, content.drugs[0].lot_number) == (Decimal(40), "")
    assert start(physician, content).drugs.count() == 1
    with pytest.raises(favorites.NameTaken):
        favorites.keep_favorite(procedure=row, name="My ESI", by=physician, now=NOW)


def test_a_lot_that_is_known_brings_its_expiry_date_along(physician):
    """And so an expired lot is refused even if nobody types its date."""
    start(physician)
    again = replace(TRIAMCINOLONE, expiry_date=None)
    row = start(physician, replace(READY, drugs=(again,)))
    assert row.drugs.get().expiry_date == date(2027, 1, 31)


def test_what_is_due_after_it_comes_and_goes_with_the_signature(physician):
    """A call that nobody wrote down is a call that nobody makes."""
    row = start(physician)
    assert not FollowUp.objects.exists()
    signed = sign(row, physician)
    assert FollowUp.objects.filter(procedure=signed, status="requested").exists()
    actions.withdraw_procedure(procedure=signed, reason="Twin", by=physician, now=LATER)
    assert set(FollowUp.objects.values_list("status", flat=True)) == {"cancelled"}
