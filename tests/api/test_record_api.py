"""Diaries, adherence, what helped, what went wrong and the timeline, for programs."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import (
    make_course,
    make_event,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.models import QuestionnaireResponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    patient = builders.make_patient()
    builders.care_for(patient, doctor)
    return patient


def send(client, method, address, body, **headers):
    return getattr(client, method)(
        address, json.dumps(body), content_type="application/json", headers=headers
    )


def block(patient, doctor, **values):
    return make_procedure(
        patient,
        doctor,
        at=timezone.now() - timedelta(days=2),
        treatment="medial-branch-block",
        approach="medial branch",
        purpose="diagnostic",
        status="signed",
        drugs=[("lidocaine", "20")],
        **values,
    )


def test_a_diary_is_read_and_written_hour_by_hour(patient, doctor):
    """A phone that asks each hour sends one answer at a time; the others must stay."""
    client, address = client_of(doctor), f"/api/v1/procedures/{block(patient, doctor).pk}/diary/"
    empty = client.get(address)
    assert list(empty.json()["entries"]) == ["0.5", "1", "2", "4", "6", "8"]
    assert set(empty.json()["entries"].values()) == {None}
    assert send(client, "patch", address, {"before": 8}).status_code == 428
    first = {"before": 8, "entries": {"0.5": 1, "1": 1}}
    answer = send(client, "patch", address, first, **{"If-Match": empty["ETag"]})
    assert answer.status_code == 200, answer.content
    stale = send(client, "patch", address, {"entries": {"2": 5}}, **{"If-Match": empty["ETag"]})
    assert stale.status_code == 412
    tag = {"If-Match": answer["ETag"]}
    told = send(client, "patch", address, {"entries": {"0.5": None, "2": 7}}, **tag).json()
    assert float(told["before"]) == 8
    assert told["entries"] == {"0.5": None, "1": 1, "2": 7, "4": None, "6": None, "8": None}
    assert float(told["result"]["peak_percent"]) == 87.5
    assert QuestionnaireResponse.objects.filter(voided_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"entries": {"3": 1}},
        {"entries": {"1": 11}},
        {"entries": {"1": "much"}},
        {"entries": [1]},
        {"after": {"1": 1}},
    ],
)
def test_a_diary_that_makes_no_sense_is_refused(body, patient, doctor):
    """An answer at an hour that nobody reads is an answer lost."""
    address = f"/api/v1/procedures/{block(patient, doctor).pk}/diary/"
    answer = send(client_of(doctor), "patch", address, body, **{"If-Match": "*"})
    assert answer.status_code == 400, answer.content
    assert not QuestionnaireResponse.objects.exists()


def test_only_a_block_has_a_diary(patient, doctor):
    """An epidural is not judged by its first hours."""
    done = make_procedure(patient, doctor, at=timezone.now() - timedelta(days=2), status="signed")
    assert client_of(doctor).get(f"/api/v1/procedures/{done.pk}/diary/").status_code == 404


def test_adherence_is_asked_and_read(patient, doctor):
    """The percentage of the course is counted from these answers."""
    client = client_of(doctor)
    course = make_course(patient, doctor, treatment="home-exercise")
    address = f"/api/v1/treatment-courses/{course.pk}/checks/"
    answer = send(client, "post", address, {"times_done": 3, "note": "Knee hurt"})
    assert answer.status_code == 201, answer.content
    assert send(client, "post", address, {"times_done": 4}).json()["id"] == answer.json()["id"]
    assert [row["times_done"] for row in client.get(address).json()] == [4]
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for wrong in ({"times_done": 101}, {"times_done": 1, "asked_date": tomorrow}, {"times": 1}):
        assert send(client, "post", address, wrong).status_code == 400
    therapy = make_course(patient, doctor)
    refused = send(
        client, "post", f"/api/v1/treatment-courses/{therapy.pk}/checks/", {"times_done": 1}
    )
    assert refused.status_code == 400


def test_what_helped_is_told_with_its_instrument(patient, doctor):
    """A program that shows “62 %” must be able to say of what."""
    now = timezone.now()
    done = make_procedure(patient, doctor, at=now - timedelta(days=30), status="signed")
    make_response(patient, 8, at=now - timedelta(days=31))
    make_response(patient, 3, at=now - timedelta(days=14), procedure=done, occasion="follow_up")
    (row,) = client_of(doctor).get("/api/v1/effects/", {"patient": str(patient.pk)}).json()
    assert (row["treatment"], row["times"]) == ("epidural-steroid-injection", 1)
    assert float(row["best_percent"]) == 62.5
    assert (row["days"], row["holds_still"]) == (16, True)
    assert row["instrument"]
    foreign = builders.make_patient()
    client = client_of(doctor)
    for address in ("/api/v1/effects/", "/api/v1/timelines/"):
        assert client.get(address, {"patient": str(foreign.pk)}).status_code == 403
        assert client.get(address).status_code == 400


def test_the_clinic_s_figures_name_nobody(patient, doctor):
    """A manager plans by them and reads no chart."""
    now = timezone.now()
    for _person in range(5):
        person = builders.make_patient()
        done = make_procedure(person, doctor, at=now - timedelta(days=30), status="signed")
        make_response(person, 8, at=now - timedelta(days=31))
        make_response(person, 2, at=now - timedelta(days=16), procedure=done, occasion="follow_up")
    block(patient, doctor)
    client = client_of(builders.make_user(Role.MANAGER))
    rows = {row["treatment"]: row for row in client.get("/api/v1/clinic-effects/").json()}
    epidural = rows["epidural-steroid-injection"]
    assert (epidural["times"], epidural["two_weeks"]["count"]) == (5, 5)
    assert float(epidural["two_weeks"]["median_percent"]) == 75
    assert rows["medial-branch-block"]["times"] is None
    wrong = {"first_date": "2026-02-01", "last_date": "2026-01-01"}
    assert client.get("/api/v1/clinic-effects/", wrong).status_code == 400
    assert client.get("/api/v1/clinic-effects/", {"since": "2026"}).status_code == 400


def test_harm_is_counted_for_a_period(patient, doctor):
    """What a regulator asks for once a year must not be typed off a page."""
    now = timezone.now()
    done = make_procedure(patient, doctor, at=now - timedelta(days=9), status="signed")
    make_event(patient, doctor, at=now - timedelta(days=8), procedure=done)
    client = client_of(doctor)
    told = client.get("/api/v1/adverse-event-report/").json()
    assert told["whole"]["count"] == 1
    assert told["by_treatment"][0]["name"] == "Epidural steroid injection"
    last = (timezone.localdate() - timedelta(days=60)).isoformat()
    old = client.get("/api/v1/adverse-event-report/", {"last_date": last}).json()
    assert old["whole"]["count"] == 0
    manager = client_of(builders.make_user(Role.MANAGER))
    assert manager.get("/api/v1/adverse-event-report/").json()["whole"]["count"] is None


def test_the_timeline_tells_what_the_picture_shows(patient, doctor):
    """Another program draws its own picture, of the same facts."""
    now = timezone.now()
    done = make_procedure(
        patient,
        doctor,
        at=now - timedelta(days=30),
        status="signed",
        drugs=[("triamcinolone", "40")],
    )
    make_response(patient, 8, at=now - timedelta(days=400))
    make_response(patient, 3, at=now - timedelta(days=14), procedure=done, occasion="follow_up")
    course = make_course(patient, doctor, start_date=timezone.localdate() - timedelta(days=7))
    client = client_of(doctor)
    asked = {"patient": str(patient.pk), "period": "6m"}
    answer = client.get("/api/v1/timelines/", asked)
    told = answer.json()
    assert [float(row["value"]) for row in told["scores"]] == [3]
    assert [row["kind"] for row in told["events"]] == ["procedure"]
    assert [row["start_date"] for row in told["courses"]] == [course.start_date.isoformat()]
    assert float(told["steroid_doses"][0]["milligrams"]) == 40
    assert len(client.get("/api/v1/timelines/", asked | {"period": "all"}).json()["scores"]) == 2
    again = client.get("/api/v1/timelines/", asked, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/timelines/", asked | {"period": "5m"}).status_code == 400
