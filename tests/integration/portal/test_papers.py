"""What people read about themselves: only what was signed, only their own, all of it to keep."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.shared.errors import NotFound
from patients.models import AllergyIntolerance, Patient, PortalAccess
from patients.queries import own_record
from scheduling.queries.answer_time import promise_to
from scheduling.queries.own_data import own_bundle
from tests import builders
from tests.privacy import NOW
from tests.record_builders import make_consultation, make_procedure, shipped_catalogue
from tests.security.clients import client_of
from treatments.queries import own_papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    shipped_catalogue()
    return builders.make_patient()


@pytest.fixture
def user(patient):
    made = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=made, patient=patient)
    return made


@pytest.fixture
def doctor():
    return builders.make_user(Role.PHYSICIAN)


def test_drafts_and_other_people_s_papers_are_not_there(user, patient, doctor):
    """A draft may still be wrong, and another person's paper is nobody else's."""
    mine = own_record(user, patient.pk, now=NOW)
    draft = make_procedure(patient, doctor, at=NOW)
    signed = make_procedure(patient, doctor, at=NOW, status="signed")
    withdrawn = make_procedure(
        patient, doctor, at=NOW, status="entered_in_error", error_reason="Another person"
    )
    theirs = make_procedure(builders.make_patient(), doctor, at=NOW, status="signed")
    talk = make_consultation(patient, doctor, at=NOW)
    assert own_papers.own_procedures(user, mine) == [signed]
    for row in (draft, withdrawn, theirs):
        with pytest.raises(NotFound):
            own_papers.access_own_procedure(user, mine, row.pk)
    with pytest.raises(NotFound):
        own_papers.access_own_consultation(user, mine, talk.pk)


def test_a_paper_says_it_in_the_person_s_language(user, patient, doctor):
    """What to do afterwards helps nobody who cannot read it."""
    row = make_procedure(patient, doctor, at=NOW, status="signed", aftercare="Rest today.")
    Patient.objects.filter(pk=patient.pk).update(language="es")
    client = client_of(user)
    page = client.get(f"/patient/{patient.pk}/papers/procedures/{row.pk}/").content.decode()
    assert row.treatment.name_es in page
    assert "Rest today." in page
    assert "Qué sigue" in page
    assert client.get(f"/patient/{patient.pk}/papers/").status_code == 200


def test_the_data_are_theirs_in_fhir_and_in_few_statements(user, patient, doctor):
    """A file that grows by a statement a row would not be ready for a long record."""

    def taken():
        mine = own_record(user, patient.pk, now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            made = own_bundle(user, mine, now=NOW)
        return made, len(asked)

    make_procedure(patient, doctor, at=NOW, status="signed", drugs=[("triamcinolone", "40")])
    make_procedure(patient, doctor, at=NOW, findings="A draft that is nobody's yet")
    AllergyIntolerance.objects.create(patient=patient, text="Latex <b>")
    other = builders.make_patient("Somebody", "Else")
    AllergyIntolerance.objects.create(patient=other, text="Peanuts")
    first, few = taken()
    for number in range(3):
        at = NOW - timedelta(days=number + 1)
        make_procedure(patient, doctor, at=at, status="signed", drugs=[("triamcinolone", "40")])
        AllergyIntolerance.objects.create(patient=patient, text=f"Pollen {number}")
    second, many = taken()
    assert many == few
    text = json.dumps(second)
    assert "Latex" in text
    assert "Peanuts" not in text
    assert "nobody's yet" not in text
    kinds = [entry["resource"]["resourceType"] for entry in second["entry"]]
    assert kinds.count("Procedure") == 4
    assert kinds[0] == "Patient"
    assert len(first["entry"]) < len(second["entry"])


def test_the_file_asks_for_the_password_once_more_and_is_noted(user, patient):
    """A phone that was left open must not give a whole record away."""
    user.set_password(builders.PASSWORD)
    user.save()
    client = client_of(user)
    assert "my-data/record.json" in client.get(f"/patient/{patient.pk}/my-data/").content.decode()
    answer = client.get(f"/patient/{patient.pk}/my-data/record.json")
    assert answer.status_code == 302
    assert "reauthenticate" in answer.url
    mine = own_record(user, patient.pk, now=NOW)
    assert own_bundle(user, mine, now=NOW)["type"] == "collection"
    assert not ReadEvent.objects.filter(what="own data").exists(), "outside a request"


def test_a_promise_counts_the_days_of_the_place(patient):
    """Two working days at a place that is closed on Thursday are not two days."""
    site = builders.make_site()
    site.answer_within_days = 3
    site.save()
    promise = promise_to(THE_CLINIC, patient, now=NOW)
    assert promise.days == 3
    assert promise.team == site.team
