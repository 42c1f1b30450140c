"""The steroid ledger and the recall, asked as a clinician asks them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.audit.reading import reading
from clinic.shared.errors import NotAllowed
from patients.queries.people import OutsideCareTeam
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_procedure, shipped_catalogue
from treatments.actions import documents
from treatments.actions import procedures as actions
from treatments.actions.procedures import OutsideProcedure, record_outside
from treatments.models import CatalogueEntry, ProcedureDrug
from treatments.queries.recall import recipients
from treatments.queries.steroids import steroid_ledger

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = NOW.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


def given(patient, physician, days, key="triamcinolone", dose="40", status="signed", **more):
    at = NOW - timedelta(days=days)
    return make_procedure(patient, physician, at=at, drugs=[(key, dose)], status=status, **more)


def test_only_what_stands_is_counted(patient, physician):
    """A corrected dose that counts twice makes somebody wait for a year."""
    given(patient, physician, 30)
    given(patient, physician, 60, key="dexamethasone", dose="10")
    given(patient, physician, 400)
    given(patient, physician, 10, status="draft")
    withdrawn = given(patient, physician, 20)
    actions.withdraw_procedure(procedure=withdrawn, reason="Twin", by=physician, now=NOW)
    first = given(patient, physician, 90)
    second = actions.amend_procedure(procedure=first, reason="Dose", by=physician, now=NOW)
    ProcedureDrug.objects.filter(procedure=second).update(dose=Decimal(20))
    documents.sign_document(second, by=physician, now=NOW)
    found = steroid_ledger(physician, patient.pk, on=TODAY, now=NOW)
    assert found.year == Decimal("40") + Decimal("53.30") + Decimal("20")
    assert found.three_years == found.year + 40


def test_what_cannot_be_counted_is_named(patient, physician):
    """A sum that silently leaves something out is worse than none."""
    epidural = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    for treatment, text, on in (
        (epidural, "", None),
        (None, "Cortisone shot in the back", NOW - timedelta(days=50)),
        (None, "Appendectomy", NOW - timedelta(days=50)),
    ):
        told = OutsideProcedure(treatment, text, on)
        record_outside(patient=patient, told=told, by=physician, now=NOW)
    found = steroid_ledger(physician, patient.pk, on=TODAY, now=NOW)
    assert found.year == 0
    assert [(line.injected.on, str(line.uncounted)) for line in found.uncounted] == [
        (date(2026, 4, 12), "no dose"),
        (None, "no date"),
    ]


def test_the_ledger_is_for_the_care_team(physician):
    """It says more about somebody than their name does."""
    with pytest.raises(OutsideCareTeam):
        steroid_ledger(physician, make_patient().pk, on=TODAY, now=NOW)


def test_a_recall_finds_everybody_however_the_lot_is_typed(patient, physician):
    """Somebody who is missed keeps the contaminated drug in their spine."""
    other = make_patient("Bo")
    for person, lot, status in (
        (patient, "ab 12-C", "signed"),
        (other, "AB12-c", "draft"),
        (make_patient(), "AB12-D", "signed"),
    ):
        row = given(person, physician, 5, status="draft")
        row.drugs.update(lot_number=lot)
        if status == "signed":
            documents.sign_document(row, by=physician, now=NOW)
    gone = given(make_patient(), physician, 5, status="draft")
    gone.drugs.update(lot_number="AB12-C")
    documents.sign_document(gone, by=physician, now=NOW)
    actions.withdraw_procedure(procedure=gone, reason="Twin", by=physician, now=NOW)
    with reading(NOW):
        found = recipients(make_user(Role.NURSE), lot_number=" Ab1 2-c ")
    assert {row.patient.pk for row in found} == {patient.pk, other.pk}
    assert sorted(row.is_signed for row in found) == [False, True]
    assert set(ReadEvent.objects.get(what="lot recall").patient_ids) == {patient.pk, other.pk}
    assert recipients(physician, lot_number="AB12-C", drug="dexamethasone") == []
    assert recipients(physician, lot_number="  ") == []
    with pytest.raises(NotAllowed):
        recipients(make_user(Role.MANAGER), lot_number="AB12-C")
