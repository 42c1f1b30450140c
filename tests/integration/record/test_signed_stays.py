"""What is signed cannot be changed by any path, because the database refuses."""

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, transaction

from clinic.accounts.roles import Role
from tests.builders import make_patient, make_user
from tests.record_builders import make_consultation, make_procedure, shipped_catalogue
from treatments.models import Consultation, Diagnosis, Procedure, ProcedureDrug

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
