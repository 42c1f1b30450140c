"""Courses of treatment and authorizations through REST."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import MedicationStatement
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import shipped_catalogue

pytestmark = pytest.mark.django_db
COURSES = "/api/v1/treatment-courses/"
IBUPROFEN = {
    "drug": "ibuprofen",
    "strength": {"value": "200", "unit": "mg"},
    "dose": {"value": "400", "unit": "mg"},
    "doses_per_day": "3",
    "route": "oral",
    "quantity": "60",
}


@pytest.fixture
def patient():
    shipped_catalogue()
    return make_patient()


@pytest.fixture
def physician(patient):
    user = make_user(Role.PHYSICIAN)
    care_for(patient, user)
    return user


@pytest.fixture
def client(physician):
    client = Client()
    client.force_login(physician)
    return client


def sent(client, method, address, data=None, **headers):
    send = getattr(client, method)
    answer = send(address, data, content_type="application/json", headers=headers)
    return answer, answer.json()


def ordered(client, patient, **values):
    data = {"patient": str(patient.pk), "treatment": "nsaid", "detail": IBUPROFEN}
    return sent(client, "post", COURSES, data | values)


def test_a_prescription_is_ordered_read_and_listed(client, patient, physician):
    """What goes in comes out, with the arithmetic; whoever orders prescribes."""
    answer, said = ordered(client, patient)
    assert answer.status_code == 201
    assert (said["form"], said["status"]) == ("medication", "active")
    assert said["detail"]["prescriber_id"] == physician.pk
    assert said["detail"]["dose"] == {"value": "400.0000", "unit": "mg"}
    assert said["counted"]["supply_days"] == 10
    assert MedicationStatement.objects.get().dosage == "400 mg oral, 3 times a day"
    page = client.get(f"{COURSES}?patient={patient.pk}").json()
    assert [row["id"] for row in page["results"]] == [said["id"]]


def test_a_dose_above_the_maximum_is_answered_with_the_maximum(client, patient):
    """A program shows both, and asks for a reason."""
    much = IBUPROFEN | {"dose": {"value": "1200", "unit": "mg"}}
    answer, said = ordered(client, patient, detail=much)
    assert (answer.status_code, said["code"]) == (422, "over_maximum")
    assert (said["daily"], said["maximum"]) == ("3600 mg", "3200 mg")
    answer, said = ordered(client, patient, detail=much | {"over_maximum_reason": "Asked for"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "detail",
    [
        {},
        IBUPROFEN | {"dose": {"value": "1", "unit": "mL"}},
        IBUPROFEN | {"dose": {"value": "much", "unit": "mg"}},
        IBUPROFEN | {"lot": "7"},
        IBUPROFEN | {"dose": {"value": "400", "unit": "mg", "maximum": "9"}},
        {"visits_per_week": "2", "visits_planned": 4},
    ],
)
def test_a_detail_that_makes_no_sense_is_refused(detail, client, patient):
    """Nothing is guessed, and nothing unknown is passed over."""
    answer, said = ordered(client, patient, detail=detail)
    assert answer.status_code == 400
    assert said["code"]


def test_a_change_needs_the_version_it_is_about(client, patient):
    """Two programs on one course."""
    answer, said = ordered(client, patient)
    address = f"{COURSES}{said['id']}/"
    tag = answer["ETag"]
    assert sent(client, "patch", address, {"goal": "Sleep"})[0].status_code == 428
    answer, changed = sent(client, "patch", address, {"goal": "Sleep"}, if_match=tag)
    assert (answer.status_code, changed["goal"]) == (200, "Sleep")
    assert changed["detail"] == said["detail"]
    assert sent(client, "patch", address, {"goal": "Walk"}, if_match=tag)[0].status_code == 412


def test_steps_and_doses(client, patient):
    """Paused with a reason; another dose is another course."""
    _answer, said = ordered(client, patient)
    address = f"{COURSES}{said['id']}/"
    answer, _told = sent(client, "post", f"{address}steps/", {"to": "paused"})
    assert answer.status_code == 400
    answer, told = sent(client, "post", f"{address}steps/", {"to": "paused", "reason": "Flu"})
    assert (answer.status_code, told["status"]) == (200, "paused")
    less = IBUPROFEN | {"dose": {"value": "200", "unit": "mg"}}
    answer, told = sent(client, "post", f"{address}doses/", {"detail": less})
    assert (answer.status_code, told["follows"]) == (201, said["id"])
    answer, told = sent(client, "post", f"{address}steps/", {"to": "active"})
    assert (answer.status_code, told["code"]) == (409, "course_step_refused")


def test_visits_are_recorded_and_voided(client, patient):
    """Counted, doubled by mistake, taken back."""
    detail = {"visits_per_week": "2", "visits_planned": 8, "visits_authorized": 8}
    _answer, said = ordered(client, patient, treatment="physical-therapy", detail=detail)
    address = f"{COURSES}{said['id']}/"
    answer, visit = sent(client, "post", f"{address}visits/", {"minutes": 45})
    assert answer.status_code == 201
    local = {"occurred_at": "2026-11-20T09:00:00", "is_another": True}
    answer, told = sent(client, "post", f"{address}visits/", local)
    assert (answer.status_code, "offset" in answer.content.decode()) == (400, True)
    answer, told = sent(client, "post", f"{address}visits/", {})
    assert (answer.status_code, told["code"]) == (409, "visit_there_already")
    assert client.get(address).json()["counted"]["visits_left"] == 7
    answer, told = sent(client, "post", f"{address}visits/{visit['id']}/void/")
    assert told["outcome"] == "voided"
    assert client.get(address).json()["counted"]["visits_used"] == 0
    assert len(client.get(f"{address}visits/").json()) == 1


def test_a_stranger_gets_no_course(client, patient):
    """Not by its own address, not by the list."""
    _answer, said = ordered(client, patient)
    stranger = Client()
    stranger.force_login(make_user(Role.PHYSICIAN))
    for address in (f"{COURSES}?patient={patient.pk}", f"{COURSES}{said['id']}/"):
        assert stranger.get(address).status_code == 403
    assert client.get(COURSES).status_code == 400


def test_the_desk_writes_down_what_a_payer_allowed(client, patient):
    """And reads it again, with what is left."""
    clerk = Client()
    clerk.force_login(make_user(Role.FRONT_DESK))
    today = timezone.localdate()
    data = {
        "patient": str(patient.pk),
        "treatment": "physical-therapy",
        "payer": "Harbor",
        "number": "H-1",
        "units": 12,
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=90)).isoformat(),
    }
    address = "/api/v1/prior-authorizations/"
    answer, said = sent(clerk, "post", address, data)
    assert (answer.status_code, said["left"], said["state"]) == (201, 12, "valid")
    assert sent(clerk, "post", address, data)[0].status_code == 409
    assert sent(clerk, "post", address, data | {"treatment": "nsaid"})[0].status_code == 400
    answer, said = sent(clerk, "post", f"{address}{said['id']}/revoke/")
    assert said["state"] == "revoked"
    page = clerk.get(f"{address}?patient={patient.pk}").json()
    assert [row["number"] for row in page["results"]] == ["H-1"]
