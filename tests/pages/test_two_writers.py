"""Two people write in one form of the record: what each touched stays, what both did is asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import (
    make_course,
    make_event,
    make_procedure,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.models import QuestionnaireResponse, TreatmentCourse

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    shipped_instruments()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


@pytest.fixture
def client(physician):
    return client_of(physician)


def form_of(answer, **more):
    """What a browser would send back of the page, if only these fields were changed."""
    sent = {}
    for field in answer.context["form"]:
        shown = field.value()
        if shown in (None, False, "", []):
            continue
        said = field.field.widget.format_value(field.field.prepare_value(shown))
        sent[field.html_name] = said[0] if isinstance(said, list) and len(said) == 1 else said
    sent |= {"revision": answer.context["revision"]} if "revision" in answer.context else {}
    return {name: value for name, value in sent.items() if value is not None} | more


def block(patient, physician):
    at = timezone.now() - timedelta(days=2)
    how = {"treatment": "medial-branch-block", "approach": "medial branch"}
    drugs = [("lidocaine", "20")]
    return make_procedure(
        patient, physician, at=at, purpose="diagnostic", status="signed", drugs=drugs, **how
    )


def pains():
    rows = QuestionnaireResponse.objects.filter(voided_at__isnull=True)
    return {float(row.hours_after or -1): int(row.score) for row in rows}


def test_two_people_write_different_hours_of_one_diary(client, patient, physician):
    """An hour that is empty again makes the block say that it did not help."""
    address = f"/physician/procedures/{block(patient, physician).pk}/diary/"
    first = second = client.get(address)
    saved = client.post(address, form_of(first, **{"before": "8", "after-0_5": "0"}))
    assert saved.status_code == 302
    assert client.post(address, form_of(second, **{"after-1": "1"})).status_code == 302
    assert pains() == {-1: 8, 0.5: 0, 1: 1}


def test_two_people_write_the_same_hour_of_one_diary(client, patient, physician):
    """Nobody's answer is overwritten before somebody has seen both."""
    address = f"/physician/procedures/{block(patient, physician).pk}/diary/"
    first = second = client.get(address)
    client.post(address, form_of(first, **{"before": "8", "after-0_5": "0", "after-1": "2"}))
    refused = client.post(address, form_of(second, **{"after-1": "5", "after-2": "6"}))
    assert refused.status_code == 409
    assert "Somebody else wrote 2 meanwhile" in refused.content.decode()
    assert pains() == {-1: 8, 0.5: 0, 1: 2}
    # What both changed is decided by saving again; what only one changed is on the page.
    assert client.post(address, form_of(refused)).status_code == 302
    assert pains() == {-1: 8, 0.5: 0, 1: 5, 2: 6}


def test_an_answer_is_taken_back_only_by_who_saw_it(client, patient, physician):
    """A line that is empty on an old page is no answer taken back; on a new one it is."""
    address = f"/physician/procedures/{block(patient, physician).pk}/diary/"
    client.post(address, form_of(client.get(address), **{"before": "8", "after-1": "2"}))
    assert client.post(address, {"after-2": "3"}).status_code == 302
    assert pains() == {-1: 8, 1: 2, 2: 3}
    sent = form_of(client.get(address))
    del sent["after-1"]
    assert client.post(address, sent).status_code == 302
    assert pains() == {-1: 8, 2: 3}


def test_a_second_writer_of_an_event_keeps_what_the_first_did(client, patient, physician):
    """What was done for somebody must not go because another hand was slower."""
    event = make_event(patient, physician, at=timezone.now() - timedelta(days=1))
    address = f"/physician/events/{event.pk}/"
    first = second = client.get(address)
    client.post(address, form_of(first, description="Red and hot", actions_taken="Cefalexin"))
    refused = client.post(address, form_of(second, description="Red skin, 2 cm"))
    assert refused.status_code == 409
    assert client.post(address, form_of(refused)).status_code == 302
    event.refresh_from_db()
    assert (event.description, event.actions_taken) == ("Red skin, 2 cm", "Cefalexin")


@pytest.mark.django_db(transaction=True)
def test_a_second_writer_of_a_course_is_asked_only_what_both_changed(client, patient, physician):
    """A goal and an instruction by two hands are both wanted; nobody has to choose."""
    course = make_course(patient, physician)
    address = f"/physician/courses/{course.pk}/change/"
    first = second = third = client.get(address)
    asked = {"goal": "Walk a mile", "visits_planned": "10"}
    assert client.post(address, form_of(first, **asked)).status_code == 302
    told = form_of(second, instructions="Bring shoes", home_exercises="Bridges")
    assert client.post(address, told).status_code == 302
    refused = client.post(address, form_of(third, goal="Climb stairs", certified_by="Dr. Who"))
    assert refused.status_code == 409
    assert [row[0] for row in refused.context["differs"]] == ["Goal"]
    assert client.post(address, form_of(refused)).status_code == 302
    course = TreatmentCourse.objects.get(pk=course.pk)
    assert (course.goal, course.instructions) == ("Climb stairs", "Bring shoes")
    therapy = course.therapy
    assert (therapy.visits_planned, therapy.home_exercises) == (10, "Bridges")
    assert therapy.certified_by == "Dr. Who"


@pytest.mark.django_db(transaction=True)
def test_a_second_writer_of_a_prescription_keeps_what_the_first_did(client, patient, physician):
    """A drug and its strength are one choice of the page and two things in the record."""
    course = make_course(patient, physician, treatment="nsaid", begins=False)
    address = f"/physician/courses/{course.pk}/change/"
    first = second = client.get(address)
    assert client.post(address, form_of(first, dose="600", refills="2")).status_code == 302
    refused = client.post(address, form_of(second, dose="200", instructions="With food"))
    assert [row[0] for row in refused.context["differs"]] == ["Dose"]
    assert client.post(address, form_of(refused)).status_code == 302
    course = TreatmentCourse.objects.get(pk=course.pk)
    detail = course.medication
    assert (detail.dose, detail.refills, course.instructions) == (200, 2, "With food")
