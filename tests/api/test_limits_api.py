"""The rules in the API: the same refusals as at the desk, with what a program needs to go on."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from patients.models import MedicationStatement
from tests import builders
from tests.pages.test_limits import Clinic
from tests.record_builders import ibuprofen, make_course
from tests.rule_builders import CAP, TWO_NSAIDS
from tests.security.clients import client_of
from treatments.models import Override

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return Clinic()


def booking(clinic, user, day, **more):
    start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    body = {
        "patient": str(clinic.patient.pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "start_at": start.isoformat(),
    }
    client = client_of(user)
    return client.post("/api/v1/appointments/", body | more, content_type="application/json")


def test_a_program_is_refused_with_the_earliest_day(clinic):
    """A kiosk that is only told “no” sends the person to the phone."""
    answer = booking(clinic, clinic.clerk, clinic.earliest - timedelta(days=2))
    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "not_allowed_by_rules"
    assert told["earliest"] == clinic.earliest.isoformat()
    refusal = {"rule": CAP["id"], "version": 1, "severity": "block"}
    assert told["findings"] == [refusal | {"message": CAP["desk_message"]}]


def test_who_reads_the_chart_is_told_in_clinical_words(clinic):
    """“A clinician must look at this” helps nobody if the clinician is the one who reads it."""
    day = clinic.earliest - timedelta(days=2)
    told = booking(clinic, clinic.physician, day).json()
    assert told["findings"][0]["message"].startswith(CAP["message"])
    assert told["detail"].startswith(CAP["message"])
    assert told["detail"].endswith("Nothing was booked.")
    stranger = builders.make_user(Role.PHYSICIAN)
    told = booking(clinic, stranger, day).json()
    assert told["findings"][0]["message"] == CAP["desk_message"]
    assert CAP["message"] not in told["detail"]


def hold(clinic, user, day, **more):
    start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    body = {
        "patient": str(clinic.patient.pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "start_at": start.isoformat(),
    }
    return client_of(user).post("/api/v1/holds/", body | more, content_type="application/json")


def test_a_hold_is_booked_in_spite_of_a_rule_with_the_reason(clinic):
    """A time that a physician kept all the same must not fail when it is taken."""
    day = clinic.earliest - timedelta(days=2)
    assert hold(clinic, clinic.physician, day).status_code == 409
    kept = hold(clinic, clinic.physician, day, override_reason="New deficit on MRI").json()
    address = f"/api/v1/holds/{kept['id']}/book/"
    client = client_of(clinic.physician)
    refused = client.post(address, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed_by_rules")
    assert refused.json()["findings"][0]["severity"] == "block"
    said = {"override_reason": "New deficit on MRI"}
    assert client.post(address, said, content_type="application/json").status_code == 201
    assert Override.objects.get().reason == "New deficit on MRI"


def test_a_series_goes_on_with_one_reason_for_all_that_is_stopped(clinic):
    """The first visit may pass and the third not: the reason must not get lost between them."""
    client, address = client_of(clinic.physician), "/api/v1/series/"
    days = [clinic.earliest + timedelta(days=1), clinic.earliest + timedelta(days=8)]
    times = [{"start_at": f"{day}T10:00:00+00:00"} for day in days]
    body = {
        "patient": str(clinic.patient.pk),
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "per_week": 1,
        "visits": times,
    }
    refused = client.post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed_by_rules")
    assert refused.json()["findings"][0]["rule"] == CAP["id"]
    said = body | {"override_reason": "New deficit on MRI"}
    made = client.post(address, said, content_type="application/json")
    assert made.status_code == 201, made.content
    override = Override.objects.get()
    assert override.finding.subject_key == made.json()["visits"][1]["id"]
    more = {"visits": [{"start_at": f"{days[1] + timedelta(days=7)}T10:00:00+00:00"}]}
    visits = f"{address}{made.json()['id']}/visits/"
    refused = client.post(visits, more, content_type="application/json")
    assert refused.status_code == 409
    more |= {"override_reason": "Still no better"}
    assert client.post(visits, more, content_type="application/json").status_code == 201


def test_an_order_is_refused_with_its_findings_and_taken_with_a_reason(clinic):
    """A program that orders must be able to do what the page can, and as visibly."""
    asked = {
        "patient": str(clinic.patient.pk),
        "treatment": "epidural-steroid-injection",
        "detail": {"region": "lumbar", "levels": ["L4-L5"], "approach": "interlaminar"},
    }
    client, address = client_of(clinic.physician), "/api/v1/treatment-courses/"
    refused = client.post(address, asked, content_type="application/json")
    assert refused.status_code == 409
    told = refused.json()
    assert told["earliest"] == clinic.earliest.isoformat()
    (finding,) = told["findings"]
    assert (finding["rule"], finding["severity"]) == (CAP["id"], "block")
    assert finding["message"].startswith(CAP["message"])
    short = asked | {"override_reason": "x"}
    assert client.post(address, short, content_type="application/json").status_code == 400
    said = asked | {"override_reason": "New herniation on MRI"}
    answer = client.post(address, said, content_type="application/json")
    assert answer.status_code == 201, answer.content
    override = Override.objects.get()
    assert (override.reason, override.finding.subject_key) == (
        "New herniation on MRI",
        answer.json()["id"],
    )


def test_what_is_only_planned_is_asked_about_again_when_it_changes(clinic):
    """To plan what is harmless and then change it must not be the way around a limit."""
    client, address = client_of(clinic.physician), "/api/v1/treatment-courses/"
    detail = {"region": "cervical", "levels": ["C5-C6"], "approach": "interlaminar"}
    asked = {
        "patient": str(clinic.patient.pk),
        "treatment": "epidural-steroid-injection",
        "detail": detail,
        "begins": False,
    }
    planned = client.post(address, asked, content_type="application/json")
    assert planned.status_code == 201, planned.content
    one, match = f"{address}{planned.json()['id']}/", {"If-Match": "*"}

    def change(**body):
        return client.patch(one, body, content_type="application/json", headers=match)

    assert change(goal="Walk a mile").status_code == 200
    lumbar = detail | {"region": "lumbar", "levels": ["L4-L5"]}
    refused = change(detail=lumbar)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed_by_rules")
    assert client.get(one).json()["detail"]["region"] == "cervical"
    answer = change(detail=lumbar, override_reason="New herniation on MRI")
    assert answer.status_code == 200, answer.content
    assert answer.json()["detail"]["region"] == "lumbar"
    assert Override.objects.get().finding.subject_key == planned.json()["id"]
    begun = client.post(f"{one}steps/", {"to": "active"}, content_type="application/json")
    assert begun.status_code == 200, begun.content


def test_another_dose_asks_the_rules_and_takes_the_reason(clinic):
    """The second drug may have come since the first dose."""
    patient, doctor = clinic.patient, clinic.physician
    course = make_course(patient, doctor, treatment="nsaid", detail=ibuprofen(doctor))
    swallowed = {
        "drug": "ibuprofen",
        "strength": {"value": "200", "unit": "mg"},
        "doses_per_day": "3",
        "route": "oral",
    }
    address = f"/api/v1/treatment-courses/{course.pk}/doses/"
    client = client_of(doctor)

    def dose(milligrams, **more):
        detail = swallowed | {"dose": {"value": milligrams, "unit": "mg"}}
        return client.post(address, {"detail": detail} | more, content_type="application/json")

    MedicationStatement.objects.create(patient=patient, text="Naproxen 500 MG Oral Tablet")
    refused = dose("600")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed_by_rules")
    told = refused.json()["findings"][0]["message"]
    assert told.startswith(TWO_NSAIDS["message"])
    assert ("Naproxen" in told, "Ibuprofen" in told) == (True, False)
    answer = dose("600", override_reason="Naproxen stops today")
    assert answer.status_code == 201, answer.content
    assert Override.objects.get().reason == "Naproxen stops today"


def test_another_dose_of_the_same_drug_is_not_stopped_by_the_old_one(clinic):
    """The old dose ends as the new one begins; they are never taken together."""
    doctor = clinic.physician
    course = make_course(clinic.patient, doctor, treatment="nsaid", detail=ibuprofen(doctor))
    detail = {
        "drug": "ibuprofen",
        "strength": {"value": "200", "unit": "mg"},
        "dose": {"value": "600", "unit": "mg"},
        "doses_per_day": "3",
        "route": "oral",
    }
    address = f"/api/v1/treatment-courses/{course.pk}/doses/"
    answer = client_of(doctor).post(address, {"detail": detail}, content_type="application/json")
    assert answer.status_code == 201, answer.content


def test_a_physician_goes_on_through_the_api_too(clinic):
    """What one door asks for, every door asks for."""
    day = clinic.earliest - timedelta(days=2)
    refused = booking(clinic, clinic.clerk, day, override_reason="Because I say so")
    assert refused.status_code == 403
    answer = booking(clinic, clinic.physician, day, override_reason="New deficit on MRI")
    assert answer.status_code == 201
    assert Override.objects.get().by == clinic.physician


def test_times_for_a_person_begin_on_the_earliest_day(clinic):
    """Offered times must not be refused a second later."""
    query = {
        "visit_type": clinic.kind.code,
        "site": clinic.site.pk,
        "patient": str(clinic.patient.pk),
        "earliest": clinic.now.isoformat(),
        "latest": (clinic.now + timedelta(days=30)).isoformat(),
    }
    client = client_of(clinic.clerk)
    told = client.get("/api/v1/slots/", query).json()
    assert told["limit"] == {
        "earliest": clinic.earliest.isoformat(),
        "messages": [CAP["desk_message"]],
    }
    assert min(slot["start_at"] for slot in told["slots"])[:10] == clinic.earliest.isoformat()
    del query["patient"]
    anybody = client.get("/api/v1/slots/", query).json()
    assert anybody["limit"] is None
    assert anybody["slots"][0]["start_at"] < told["slots"][0]["start_at"]
