"""Consultations, orders and reports through the API: the same rules as at the screen."""

from base64 import b64decode, b64encode

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_code, make_diagnostic, make_flag
from tests.security.clients import client_of
from treatments.models import Consultation

pytestmark = pytest.mark.django_db
HERE = "/api/v1/consultations/"


@pytest.fixture
def physician():
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


@pytest.fixture
def client(physician):
    return client_of(physician)


def send(client, method, address, data=None, **headers):
    body = {"data": data, "content_type": "application/json"} if data is not None else {}
    return getattr(client, method)(address, **body, headers=headers)


def begin(client, patient):
    wish = {
        "patient": str(patient.pk),
        "kind": "new",
        "occurred_at": timezone.now().isoformat(),
    }
    return send(client, "post", HERE, wish)


def test_what_was_just_begun_can_be_written_at_once(client, patient):
    """The answer carries its version: a program need not read what it has just been told."""
    begun = begin(client, patient)
    said = {"pieces": {"text-plan": "Walk"}}
    match = {"If-Match": begun["ETag"]}
    answer = send(client, "patch", f"{HERE}{begun.json()['id']}/", said, **match)
    assert answer.status_code == 200, answer.content


def test_a_program_writes_and_signs(client, patient):
    """The whole way, with the version in hand."""
    make_flag("fever")
    make_code("M54.16", "Radiculopathy, lumbar region")
    made = begin(client, patient)
    assert made.status_code == 201, made.content
    here = f"{HERE}{made.json()['id']}/"
    tag = client.get(here).headers["ETag"]
    wish = {"pieces": {"text-reason": "Pain", "text-plan": "Rest", "exam-strength-L4-left": "4"}}
    assert send(client, "patch", here, wish).status_code == 428
    done = send(client, "patch", here, wish, **{"If-Match": tag})
    assert done.status_code == 200, done.content
    assert done.json()["pieces"]["exam-strength-L4-left"] == "4"
    assert send(client, "patch", here, wish, **{"If-Match": tag}).status_code == 412
    wrong = {"pieces": {"text-plan": "Ice", "exam-strength-L4-left": "7", "nothing": "1"}}
    refused = send(client, "patch", here, wrong, **{"If-Match": "*"})
    assert refused.status_code == 400
    assert Consultation.objects.get().plan == "Rest"
    diagnosis = send(client, "post", f"{here}diagnoses/", {"code": "M54.16", "side": "left"})
    assert diagnosis.status_code == 201, diagnosis.content
    again = send(client, "post", f"{here}diagnoses/", {"code": "M54.16", "side": "left"})
    assert again.status_code == 409
    assert send(client, "post", f"{here}sign/", {}).status_code == 428
    unseen = send(client, "post", f"{here}sign/", {}, **{"If-Match": done.headers["ETag"]})
    assert unseen.status_code == 412, "the diagnosis came after what was read"
    now = {"If-Match": client.get(here).headers["ETag"]}
    signed = send(client, "post", f"{here}sign/", {}, **now)
    assert signed.json()["status"] == "signed", signed.content
    assert send(client, "patch", here, wish, **{"If-Match": "*"}).status_code == 409
    amended = send(client, "post", f"{here}amend/", {"reason": "Wrong side"})
    assert amended.json()["replaces"] == made.json()["id"]
    draft = f"{HERE}{amended.json()['id']}/"
    assert client.delete(draft).status_code == 428
    assert client.delete(draft, headers={"If-Match": tag}).status_code == 412
    listed = client.get(f"{HERE}?patient={patient.pk}").json()["results"]
    assert {row["status"] for row in listed} == {"signed", "draft"}


def test_a_list_is_about_one_person(client, patient):
    """Nobody reads everybody's consultations in one go."""
    assert client.get(HERE).status_code == 400
    stranger = make_patient()
    assert client.get(f"{HERE}?patient={stranger.pk}").status_code == 403
    assert client.get(f"{HERE}?patient={patient.pk}").status_code == 200


def test_an_order_gets_its_result_and_its_reader(client, patient):
    """Numbers are decimals with units, as text, never floats."""
    make_diagnostic("hba1c", kind="laboratory", name="A1c")
    wish = {"patient": str(patient.pk), "diagnostic": "hba1c", "reason": "Sugar"}
    order = send(client, "post", "/api/v1/service-requests/", wish)
    assert order.status_code == 201, order.content
    report = {
        "service_request": order.json()["id"],
        "effective_date": timezone.localdate().isoformat(),
        "conclusion": "High",
        "results": [{"text": "A1c", "value": "9.1", "unit": "%"}],
    }
    made = send(client, "post", "/api/v1/diagnostic-reports/", report)
    assert made.status_code == 201, made.content
    assert made.json()["results"] == [{"text": "A1c", "value": "9.100000", "unit": "%"}]
    here = f"/api/v1/diagnostic-reports/{made.json()['id']}/"
    assert client.get(here).json()["reviewed_at"] is None
    assert send(client, "post", f"{here}review/", {}).json()["reviewed_at"]
    assert send(client, "post", f"{here}review/", {}).status_code == 409
    order_page = f"/api/v1/service-requests/{order.json()['id']}/"
    assert client.get(order_page).json()["status"] == "completed"


def test_a_report_comes_with_its_files_and_gives_them_back(client, patient):
    """A scan that cannot travel with its result is looked for in a drawer."""
    make_diagnostic("mri", kind="imaging", name="MRI")
    wish = {"patient": str(patient.pk), "diagnostic": "mri", "reason": "Leg pain"}
    order = send(client, "post", "/api/v1/service-requests/", wish)
    # More than a form's worth: what is ten times as large as a page of JSON must pass.
    scan = b"%PDF-1.7 " + b"x" * 1_500_000
    report = {
        "service_request": order.json()["id"],
        "effective_date": timezone.localdate().isoformat(),
        "conclusion": "Protrusion",
        "files": [{"content": b64encode(scan).decode()}],
    }
    once = {"Idempotency-Key": "scan-1"}
    made = send(client, "post", "/api/v1/diagnostic-reports/", report, **once)
    assert made.status_code == 201, made.content
    again = send(client, "post", "/api/v1/diagnostic-reports/", report, **once)
    assert again.json()["id"] == made.json()["id"]
    kept = made.json()["files"][0]
    assert kept["media_type"] == "application/pdf"
    back = client.get(f"/api/v1/diagnostic-reports/files/{kept['id']}/").json()
    assert b64decode(back["content"]) == scan
    for wrong, said in (
        ("no base64 at all!", "not base64"),
        (b64encode(b"MZ a program").decode(), "none of them"),
        (b64encode(b"%PDF-" + b"x" * 10_100_000).decode(), "at most 10 MB"),
    ):
        refused = send(
            client, "post", "/api/v1/diagnostic-reports/", report | {"files": [{"content": wrong}]}
        )
        assert refused.status_code == 400, said
        assert said in refused.content.decode()
    huge = send(client, "post", "/api/v1/service-requests/", wish | {"reason": "x" * 1_100_000})
    assert huge.status_code == 413
