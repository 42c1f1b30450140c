"""Scores, harm and follow-ups through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import (
    make_event,
    make_follow_up,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.models import Instrument

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    person = make_patient()
    care_for(person, doctor)
    return person


@pytest.fixture
def client(doctor):
    return client_of(doctor)


def post(client, address, body, **headers):
    return client.post(f"/api/v1/{address}", body, content_type=JSON, headers=headers)


def answers(patient, **values):
    return {
        "patient": str(patient.pk),
        "instrument": Instrument.objects.get(key="peg").pk,
        "authored_at": (timezone.now() - timedelta(hours=1)).isoformat(),
        "answers": {"pain": 4, "enjoyment": 5, "activity": 7},
    } | values


def test_answers_come_back_as_an_exact_score(client, patient):
    """A score that was a float would be another number after each trip."""
    made = post(client, "questionnaire-responses/", answers(patient))
    assert made.status_code == 201, made.content
    assert made.json()["score"] == "5.333"
    listed = client.get(f"/api/v1/questionnaire-responses/?patient={patient.pk}").json()
    assert [row["id"] for row in listed["results"]] == [made.json()["id"]]
    address = f"questionnaire-responses/{made.json()['id']}/"
    voided = post(client, f"{address}void/", {"reason": "Wrong person"})
    assert voided.json()["void_reason"] == "Wrong person"
    assert post(client, f"{address}void/", {"reason": "Again"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"answers": {"pain": 11}}, 400),
        ({"answers": {"sleep": 1}}, 400),
        ({"authored_at": "2026-03-01T10:00:00"}, 400),
        ({"authored_at": "2199-03-01T10:00:00Z"}, 400),
        ({"occasion": "diary"}, 400),
        ({"instrument": 999_999}, 400),
        ({"procedure": 999_999}, 400),
        ({"score": "1"}, 400),
        ({"patient": "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"}, 404),
    ],
)
def test_answers_that_make_no_sense_are_refused(change, status, client, patient):
    """With a sentence, and never as a fault of ours."""
    answer = post(client, "questionnaire-responses/", answers(patient) | change)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_lists_are_about_somebody(client, patient):
    """Without a person the whole clinic would be one list."""
    for address in ("questionnaire-responses/", "adverse-events/"):
        assert client.get(f"/api/v1/{address}").status_code == 400
    assert client.get(f"/api/v1/adverse-events/?patient={make_patient().pk}").status_code == 403


def test_an_event_is_changed_by_who_has_read_it(client, doctor, patient):
    """Two programs that write over each other lose what one of them knew."""
    done = make_procedure(patient, doctor, at=timezone.now() - timedelta(days=9), status="signed")
    body = {
        "patient": str(patient.pk),
        "risk": "infection",
        "procedure": done.pk,
        "onset_at": (timezone.now() - timedelta(days=1)).isoformat(),
        "grade": 3,
        "relatedness": "possible",
        "description": "Fever",
    }
    made = post(client, "adverse-events/", body)
    assert made.status_code == 201, made.content
    assert made.json()["is_serious"] is True
    address = f"/api/v1/adverse-events/{made.json()['id']}/"
    change = {"actions_taken": "Antibiotics"}
    assert client.patch(address, change, content_type=JSON).status_code == 428
    tag = client.get(address)["ETag"]
    good = client.patch(address, change, content_type=JSON, headers={"If-Match": tag})
    assert (good.status_code, good.json()["revision"]) == (200, 2)
    assert good.json()["procedure"] == done.pk
    late = client.patch(address, change, content_type=JSON, headers={"If-Match": tag})
    assert late.status_code == 412
    bad = post(client, "adverse-events/", body | {"onset_at": "2020-01-01T10:00:00Z"})
    assert bad.status_code == 400
    assert "before the procedure" in bad.json()["detail"]


def test_follow_ups_are_listed_and_closed_once(client, patient):
    """A program that calls people must not call them twice."""
    due = make_follow_up(patient, due_at=timezone.now(), owner_role="nurse")
    make_follow_up(make_patient(), due_at=timezone.now())
    listed = client.get("/api/v1/follow-ups/?owner_role=nurse").json()["results"]
    assert [row["id"] for row in listed] == [str(due.pk)]
    close = f"follow-ups/{due.pk}/close/"
    assert post(client, close, {"result": "not_needed"}).status_code == 400
    assert post(client, close, {"result": "done", "note": "Well"}).json()["status"] == "completed"
    assert post(client, close, {"result": "done"}).status_code == 409


def test_a_program_hears_of_a_problem_and_settles_it(client, patient):
    """A program that calls people must be able to raise an alarm, and to see that it waits."""
    due = make_follow_up(patient, due_at=timezone.now(), owner_role="nurse")
    address = f"follow-ups/{due.pk}/problem/"
    assert post(client, address, {}).status_code == 400
    assert post(client, address, {"flags": ["no-such-sign"]}).status_code == 400
    alarm = post(client, address, {"flags": ["fever"], "words": "Since noon"})
    assert (alarm.status_code, alarm.json()["urgency"]) == (201, "same_day")
    key = alarm.json()["id"]
    assert [row["id"] for row in client.get("/api/v1/alarms/").json()] == [key]
    assert post(client, f"alarms/{key}/see/", {}).json()["seen_at"]
    assert post(client, f"alarms/{key}/settle/", {"outcome": "x"}).status_code == 400
    assert post(client, f"alarms/{key}/settle/", {"outcome": "Seen today"}).json()["settled_at"]
    assert post(client, f"alarms/{key}/settle/", {"outcome": "Seen today"}).status_code == 409
    assert client.get("/api/v1/alarms/").json() == []


def test_what_was_pressed_is_taken_back_through_the_api(client, patient):
    """A slip of a program's user is as easily made as one on a page."""
    due = make_follow_up(patient, due_at=timezone.now(), owner_role="nurse")
    post(client, f"follow-ups/{due.pk}/close/", {"result": "well"})
    again = post(client, f"follow-ups/{due.pk}/undo/", {}).json()
    assert (again["status"], again["closed_at"]) == ("requested", None)
    assert post(client, f"follow-ups/{due.pk}/undo/", {}).status_code == 409


def test_a_key_answers_a_write_that_is_sent_twice_once(client, patient):
    """A phone that lost its net sends the diary again."""
    body = answers(patient)
    first = post(client, "questionnaire-responses/", body, **{"Idempotency-Key": "k1"})
    again = post(client, "questionnaire-responses/", body, **{"Idempotency-Key": "k1"})
    assert first.json()["id"] == again.json()["id"]


def test_pages_keep_what_was_typed(client, patient):
    """Bad input gets a sentence and loses nothing."""
    make_response(patient, 7, at=timezone.now() - timedelta(days=9))
    address = f"/physician/people/{patient.pk}/scores/new/"
    nrs = Instrument.objects.get(key="nrs-now").pk
    sent = {"occasion": "after", "authored_at": "2026-03-01T10:00", "respondent": "patient"}
    answer = client.post(address, sent | {f"score-{nrs}-pain": "6", "note": "Since Monday"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Right after what" in text
    assert "Since Monday" in text
    assert 'value="6"' in text
    event = {"description": "=cmd()", "grade": "5", "outcome": "ongoing", "risk": "infection"}
    event |= {"onset_at": "2026-03-01T10:00", "relatedness": "possible"}
    address = f"/physician/people/{patient.pk}/events/new/"
    refused = client.post(address, event)
    assert refused.status_code == 422
    assert "go together" in refused.content.decode()
    assert client.post(address, event | {"grade": "2"}).status_code == 302
    csv = client.get("/physician/events/report.csv?first_date=2026-01-01&last_date=2026-12-31")
    assert "'=cmd()" in csv.content.decode()
    assert (
        client.get("/physician/events/?first_date=2026-12-31&last_date=2026-1-1").status_code == 422
    )


def test_two_who_write_the_same_event_see_the_difference(client, doctor, patient):
    """The second keeps what they typed, and decides."""
    address = f"/physician/people/{patient.pk}/events/new/"
    event = {"description": "Fever", "grade": "2", "outcome": "ongoing", "risk": "infection"}
    event |= {"onset_at": "2026-03-01T10:00", "relatedness": "possible", "revision": "1"}
    client.post(address, event)
    one = patient.adverse_events.get()
    page = f"/physician/events/{one.pk}/"
    assert client.post(page, event | {"description": "High fever"}).status_code == 302
    second = client.post(page, event | {"description": "No fever"})
    assert second.status_code == 409
    text = second.content.decode()
    assert "High fever" in text
    assert "No fever" in text
    assert 'name="revision" value="2"' in text
    last = client.post(page, event | {"description": "No fever", "revision": "2"})
    assert last.status_code == 302
    one.refresh_from_db()
    assert one.description == "No fever"


def test_an_event_is_taken_back_on_its_page(client, doctor, patient):
    """The page says who took it back and why, and offers no more to change."""
    address = f"/physician/people/{patient.pk}/events/new/"
    event = {"description": "Fever", "grade": "3", "outcome": "ongoing", "risk": "infection"}
    event |= {"onset_at": "2026-03-01T10:00", "relatedness": "possible"}
    client.post(address, event)
    one = patient.adverse_events.get()
    page = f"/physician/events/{one.pk}/"
    assert "Mark as entered in error" in client.get(page).content.decode()
    assert client.post(f"{page}withdraw/", {"reason": " "}).status_code == 400
    assert client.post(f"{page}withdraw/", {"reason": "Wrong person"}).status_code == 302
    text = client.get(page).content.decode()
    assert "Wrong person" in text
    assert f"Taken back by {doctor.name}" in text
    assert "Save" not in text
    late = client.post(page, event | {"description": "No fever", "revision": "1"})
    assert late.status_code == 422
    assert "No fever" in late.content.decode()
    listed = client.get(f"/physician/people/{patient.pk}/events/").content.decode()
    assert "Entered in error" in listed
    assert "serious" not in listed


def test_a_program_takes_an_event_back(client, doctor, patient):
    """With the status, the reason and who it was, for whoever reads it later."""
    made = make_event(patient, doctor, at=timezone.now() - timedelta(days=1))
    address = f"/api/v1/adverse-events/{made.pk}/"
    answer = client.post(f"{address}withdraw/", {"reason": "Twice"}, "application/json")
    assert answer.status_code == 200
    told = client.get(address).json()
    assert (told["record_status"], told["error_reason"]) == ("entered_in_error", "Twice")
    assert told["error_by"] == doctor.name
    assert told["error_at"] is not None
    again = client.post(f"{address}withdraw/", {"reason": "Twice"}, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "event_withdrawn")


def test_a_score_that_is_sent_twice_is_there_once(client, patient):
    """From the page with what was typed still in it, from a program as a conflict."""
    nrs = Instrument.objects.get(key="nrs-now").pk
    address = f"/physician/people/{patient.pk}/scores/new/"
    sent = {"occasion": "routine", "authored_at": "2026-03-01T10:00", "respondent": "patient"}
    sent |= {f"score-{nrs}-pain": "6", "note": "Since Monday"}
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "written down for this time already" in again.content.decode()
    assert "Since Monday" in again.content.decode()
    one = patient.questionnaire_responses.get()
    body = {"patient": str(patient.pk), "instrument": nrs, "answers": {"pain": 6}}
    body["authored_at"] = one.authored_at.isoformat()
    answer = client.post("/api/v1/questionnaire-responses/", body, JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "score_already")
