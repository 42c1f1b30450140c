"""What is signed cannot be changed by any path, because the database refuses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from clinic.accounts.roles import Role
from tests.builders import make_patient, make_user
from tests.record_builders import (
    make_consultation,
    make_course,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from treatments.actions.orders import Findings, OrderWish, Result, enter_report, order_test
from treatments.actions.outcomes import void_response
from treatments.actions.procedures import OutsideProcedure, record_outside, withdraw_procedure
from treatments.actions.visits import Visit, record_visit, void_visit
from treatments.domain.amounts import Unit
from treatments.domain.procedures import GivenDrug
from treatments.models import (
    CatalogueEntry,
    Consultation,
    Diagnosis,
    Observation,
    Procedure,
    ProcedureDrug,
    QuestionnaireResponse,
    TherapyVisit,
)

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def refused(change):
    """Whether the database says no; whatever was tried is undone."""
    try:
        with transaction.atomic():
            change()
    except ProgrammingError:
        return True
    return False


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


def signed(row, physician):
    type(row).objects.filter(pk=row.pk).update(
        record_status="signed", signed_by=physician, signed_at=NOW
    )
    return type(row).objects.get(pk=row.pk)


def test_a_signed_consultation_keeps_its_words(physician):
    """A record that can be rewritten proves nothing."""
    draft = make_consultation(make_patient(), physician, at=NOW)
    Diagnosis.objects.create(consultation=draft, text="Radiculopathy, lumbar", rank=1)
    assert not refused(lambda: Consultation.objects.filter(pk=draft.pk).update(plan="Rest"))
    row = signed(draft, physician)
    for change in (
        lambda: Consultation.objects.filter(pk=row.pk).update(plan="Something else"),
        lambda: Consultation.objects.filter(pk=row.pk).update(record_status="draft"),
        lambda: Consultation.objects.filter(pk=row.pk).update(signed_by=None),
        row.delete,
        lambda: Diagnosis.objects.filter(consultation=row).update(text="Something else"),
        lambda: Diagnosis.objects.filter(consultation=row).delete(),
        lambda: Diagnosis.objects.create(consultation=row, text="One more", rank=2),
    ):
        assert refused(change)


def test_a_draft_part_cannot_slip_into_what_is_signed(physician):
    """Moving a part from a draft changes the signed document as well."""
    person = make_patient()
    row = signed(make_consultation(person, physician, at=NOW), physician)
    other = make_consultation(person, physician, at=NOW)
    part = Diagnosis.objects.create(consultation=other, text="Stenosis", rank=1)
    assert refused(lambda: Diagnosis.objects.filter(pk=part.pk).update(consultation=row))


def test_a_signed_procedure_keeps_its_drugs(physician):
    """Limits count doses: a dose that changes afterwards changes what was allowed."""
    draft = make_procedure(make_patient(), physician, at=NOW, drugs=[("triamcinolone", "40")])
    row = signed(draft, physician)
    for change in (
        lambda: ProcedureDrug.objects.filter(procedure=row).update(dose=20),
        lambda: ProcedureDrug.objects.filter(procedure=row).delete(),
        lambda: Procedure.objects.filter(pk=row.pk).update(levels=["L5-S1"]),
        lambda: Procedure.objects.filter(pk=row.pk).update(record_status="outside"),
    ):
        assert refused(change)


def test_two_records_of_one_person_are_joined_with_what_is_signed(physician):
    """Joining moves the signed rows as they are."""
    row = signed(make_procedure(make_patient(), physician, at=NOW), physician)
    other = make_patient()
    assert not refused(lambda: Procedure.objects.filter(pk=row.pk).update(patient=other))


def test_what_another_clinic_did_stays_as_it_was_told(physician):
    """Limits count it: a day that moves afterwards moves what is allowed."""
    drug = GivenDrug("triamcinolone", "steroid", Decimal(40), dose_unit=Unit.MILLIGRAM)
    treatment = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    told = OutsideProcedure(treatment, "", NOW, drugs=[drug])
    row = record_outside(patient=make_patient(), told=told, by=physician, now=NOW)
    rows, drugs = Procedure.objects.filter(pk=row.pk), ProcedureDrug.objects.filter(procedure=row)
    (first,) = drugs
    for change in (
        lambda: rows.update(performed_at=NOW - timedelta(days=300)),
        lambda: rows.update(record_status="draft"),
        lambda: rows.update(record_status="signed", signed_by=physician, signed_at=NOW),
        rows.delete,
        lambda: drugs.update(dose=1),
        drugs.delete,
        lambda: ProcedureDrug.objects.create(
            procedure=row, drug=first.drug, role="steroid", dose=1, dose_unit="mg"
        ),
    ):
        assert refused(change)
    withdraw_procedure(procedure=row, reason="Another person's", by=physician, now=NOW)
    assert rows.get().record_status == "entered_in_error"
    assert refused(lambda: rows.update(performed_at=None))


def test_a_score_is_taken_back_and_never_rewritten(physician):
    """Relief is told from it; a better number years later would be somebody's wish."""
    shipped_instruments()
    row = make_response(make_patient(), 8, at=NOW)
    rows = QuestionnaireResponse.objects.filter(pk=row.pk)
    for change in (
        lambda: rows.update(score=2),
        lambda: rows.update(answers={"pain": 2}),
        lambda: rows.update(authored_at=NOW - timedelta(days=9)),
        lambda: rows.update(occasion="baseline"),
        rows.delete,
    ):
        assert refused(change)
    void_response(response=row, reason="Typed twice", by=physician, now=NOW)
    assert refused(lambda: rows.update(voided_at=None, void_reason=""))


def test_a_visit_that_took_place_keeps_its_time(physician):
    """Payers are shown these times; what was entered by mistake is void, and stays so."""
    course = make_course(make_patient(), physician, now=NOW)
    row = record_visit(course=course, visit=Visit(NOW, minutes=45), by=physician, now=NOW)
    rows = TherapyVisit.objects.filter(pk=row.pk)
    for change in (
        lambda: rows.update(occurred_at=NOW - timedelta(days=1)),
        lambda: rows.update(minutes=90),
        lambda: rows.update(is_progress_report=True),
        rows.delete,
    ):
        assert refused(change)
    assert not refused(lambda: rows.update(appointment_id=uuid4()))
    assert refused(lambda: rows.update(appointment_id=uuid4()))
    other = record_visit(course=course, visit=Visit(NOW), is_another=True, by=physician, now=NOW)
    void_visit(visit=other, by=physician, now=NOW)
    assert refused(lambda: TherapyVisit.objects.filter(pk=other.pk).update(outcome="attended"))


def test_the_numbers_of_a_report_stay(physician):
    """A rule reads the number, not the conclusion beside it."""
    order = order_test(
        patient=make_patient(),
        wish=OrderWish(CatalogueEntry.objects.get(pk="kidney-function"), "NSAID"),
        by=physician,
        now=NOW,
    )
    findings = Findings(NOW.date(), "Low", results=[Result("eGFR", Decimal(28), "mL/min")])
    enter_report(order=order, findings=findings, by=physician, now=NOW)
    assert refused(lambda: Observation.objects.update(value=90))
    assert refused(Observation.objects.all().delete)
