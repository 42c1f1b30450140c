"""Procedures for programs: the same rules as the form, and versions that are named."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_course, make_procedure, shipped_catalogue
from tests.security.clients import client_of
from treatments.domain.course_orders import ProceduralOrder

pytestmark = pytest.mark.django_db

HOME = "/api/v1/procedures/"


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


def send(client, method, address, body, **headers):
    return getattr(client, method)(
        address, json.dumps(body), content_type="application/json", headers=headers
    )


def new(patient, **more):
    return {
        "patient": str(patient.pk),
        "treatment": "epidural-steroid-injection",
        "performed_at": (timezone.now() - timedelta(minutes=5)).isoformat(),
        "region": "lumbar",
        "levels": ["L4-L5"],
        "laterality": "left",
        "approach": "interlaminar",
        "checklist": {"consent": True, "time_out": True, "allergies_reviewed": True, "inr": "1.1"},
        "drugs": [
            {
                "drug": "triamcinolone",
                "dose": "40",
                "dose_unit": "mg",
                "lot_number": "A-17",
                "expiry_date": (timezone.localdate() + timedelta(days=9)).isoformat(),
            }
        ],
    } | more


def test_a_procedure_is_begun_changed_and_signed(physician, patient):
    """A program must get as far as a person."""
    client = client_of(physician)
    begun = send(client, "post", HOME, new(patient))
    assert begun.status_code == 201, begun.content
    address = f"{HOME}{begun.json()['id']}/"
    assert send(client, "patch", address, {"findings": "Spread"}).status_code == 428
    tag = begun.headers["ETag"]
    changed = send(client, "patch", address, {"findings": "Spread"}, **{"If-Match": tag})
    assert changed.status_code == 200, changed.content
    assert changed.json()["drugs"][0]["lot_number"] == "A-17"
    stale = send(client, "patch", address, {"findings": "Other"}, **{"If-Match": tag})
    assert stale.status_code == 412
    assert send(client, "post", f"{address}sign/", {}).status_code == 428
    unseen = send(client, "post", f"{address}sign/", {}, **{"If-Match": tag})
    assert unseen.status_code == 412, "nobody signs what they have not read"
    now = {"If-Match": changed.headers["ETag"]}
    signed = send(client, "post", f"{address}sign/", {}, **now)
    assert signed.json()["record_status"] == "signed", signed.content
    refused = send(client, "patch", address, {"findings": "x"}, **{"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_draft")
    amended = send(client, "post", f"{address}amend/", {"reason": "Side"})
    assert (amended.status_code, amended.json()["replaces"]) == (201, begun.json()["id"])
    draft = f"{HOME}{amended.json()['id']}/"
    assert client.delete(draft).status_code == 428
    assert client.delete(draft, headers={"If-Match": tag}).status_code == 412
    now = {"If-Match": client.get(draft).headers["ETag"]}
    assert client.delete(draft, headers=now).status_code == 204
    withdrawn = send(client, "post", f"{address}withdraw/", {"reason": "Twin"})
    assert withdrawn.json()["record_status"] == "entered_in_error"


def test_who_may_not_sign_does_not_tell_how_it_ended(physician, patient):
    """The form shows these fields without taking them; a program is no way around it."""
    nurse = make_user(Role.NURSE)
    care_for(patient, nurse)
    client = client_of(nurse)
    refused = send(client, "post", HOME, new(patient, findings="Spread"))
    assert (refused.status_code, "findings" in refused.content.decode()) == (400, True)
    begun = send(client, "post", HOME, new(patient, performer=physician.pk))
    assert begun.status_code == 201, begun.content
    address, tag = f"{HOME}{begun.json()['id']}/", begun.headers["ETag"]
    for told in ({"findings": "Spread"}, {"status": "stopped"}):
        answer = send(client, "patch", address, told, **{"If-Match": tag})
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_procedure")
    prepared = send(client, "patch", address, {"pain_before": 7}, **{"If-Match": tag})
    assert prepared.status_code == 200, prepared.content


def test_cement_is_told_by_level(physician, patient):
    """What leaks is looked for by how much went where."""
    client = client_of(physician)
    cement = {"cement_ml": {"L1": "4.5"}}
    begun = send(
        client,
        "post",
        HOME,
        new(
            patient,
            treatment="kyphoplasty",
            levels=["L1"],
            laterality="bilateral",
            approach="balloon_bipedicular",
            drugs=[],
            device_settings=cement,
        ),
    )
    assert begun.status_code == 201, begun.content
    assert begun.json()["device_settings"] == cement


@pytest.mark.parametrize(
    "wrong",
    [
        {"levels": ["C5-C6"]},
        {"region": "elbow"},
        {"treatment": "nsaid"},
        {"performed_at": "2026-06-01T10:00:00"},
        {"performed_at": "2999-06-01T10:00:00Z"},
        {"checklist": {"inr": "many"}},
        {"checklist": {"shoe_size": "44"}},
        {"device_settings": {"cement_ml": {"L1": "much"}}},
        {"drugs": [{"drug": "triamcinolone", "dose": "0", "dose_unit": "mg"}]},
        {"drugs": [{"drug": "triamcinolone", "dose": "40", "dose_unit": "mL"}]},
        {"drugs": [{"drug": "triamcinolone", "dose": "40", "dose_unit": "mg", "colour": "red"}]},
        {"drugs": [{"drug": "triamcinolone", "volume_ml": "NaN"}]},
        {"drugs": ["triamcinolone"]},
        {"pain_before": 11},
        {"performer": 999999},
        {"surprise": 1},
    ],
)
def test_nonsense_is_refused_with_a_sentence(physician, patient, wrong):
    """Whatever a form refuses, a program may not write either."""
    answer = send(client_of(physician), "post", HOME, new(patient, **wrong))
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]


def test_what_is_missing_is_listed(physician, patient):
    """A program needs the codes to ask its person."""
    client = client_of(physician)
    begun = send(client, "post", HOME, new(patient, checklist={}))
    address, read = f"{HOME}{begun.json()['id']}/sign/", {"If-Match": begun.headers["ETag"]}
    refused = send(client, "post", address, {}, **read)
    assert refused.status_code == 409
    assert {lack["code"] for lack in refused.json()["lacks"]} >= {"consent", "time_out"}


def test_outside_history_ledger_recall_and_favourites(physician, patient):
    """Each has its noun."""
    client = client_of(physician)
    told = {"patient": str(patient.pk), "record_status": "outside", "text": "Cortisone shot"}
    assert send(client, "post", HOME, told).json()["performed_at"] is None
    row = make_procedure(
        patient,
        physician,
        at=timezone.now() - timedelta(days=3),
        drugs=[("dexamethasone", "10")],
        status="signed",
    )
    found = client.get(HOME, {"patient": str(patient.pk)}).json()
    assert [item["text"] for item in found["results"]] == [row.text, "Cortisone shot"]
    ledger = client.get("/api/v1/steroid-ledgers/", {"patient": str(patient.pk)}).json()
    assert (float(ledger["year_mg"]), len(ledger["lines"])) == (53.3, 2)
    assert client.get("/api/v1/lot-recalls/", {"lot_number": "none"}).json() == []
    kept = send(
        client, "post", "/api/v1/procedure-favorites/", {"procedure": row.pk, "name": "Usual"}
    )
    assert kept.status_code == 201, kept.content
    one = f"/api/v1/procedure-favorites/{kept.json()['id']}/"
    assert send(client, "patch", one, {"name": "Other"}).json()["name"] == "Other"
    assert client.delete(one).status_code == 204


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"drug": "triamcinolone", "dose": "0", "dose_unit": "mg"}, "drugs.0.dose"),
        ({"drug": "triamcinolone", "dose": "-1", "dose_unit": "mg"}, "drugs.0.dose"),
        ({"drug": "triamcinolone", "dose": "40", "dose_unit": "mL"}, "drugs.0.dose_unit"),
        ({"drug": "triamcinolone"}, "drugs.0.dose"),
        ({"drug": "moon-dust", "dose": "1", "dose_unit": "mg"}, "drugs.0.drug"),
    ],
)
def test_what_was_injected_elsewhere_must_make_sense(physician, patient, row, field):
    """The ledger adds it up, wherever it was given."""
    told = {"patient": str(patient.pk), "record_status": "outside", "text": "Shot", "drugs": [row]}
    answer = send(client_of(physician), "post", HOME, told)
    assert 400 <= answer.status_code < 500, answer.content
    assert field in answer.json()["fields"]


def test_what_was_injected_elsewhere_is_completed(physician, patient):
    """Volume and concentration are a dose there as they are here."""
    row = {"drug": "triamcinolone", "volume_ml": "1", "concentration": "40 mg/mL"}
    told = {"patient": str(patient.pk), "record_status": "outside", "text": "Shot", "drugs": [row]}
    made = send(client_of(physician), "post", HOME, told).json()
    assert made["drugs"][0]["role"] == "steroid"
    assert float(made["drugs"][0]["dose"]) == 40


def test_what_another_clinic_told_is_written_down_whole(physician, patient):
    """A level that is dropped silently is an epidural that the limits of that level do not see."""
    told = {
        "patient": str(patient.pk),
        "record_status": "outside",
        "treatment": "epidural-steroid-injection",
        "performed_at": (timezone.now() - timedelta(days=40)).isoformat(),
        "region": "lumbar",
        "levels": ["L5-S1", "L4-L5"],
        "pain_before": 8,
        "pain_after": 3,
        "drugs": [{"drug": "triamcinolone", "dose": "40", "dose_unit": "mg"}],
    }
    made = send(client_of(physician), "post", HOME, told).json()
    assert made["levels"] == ["L4-L5", "L5-S1"]
    assert (made["pain_before"], made["pain_after"]) == (8, 3)
    assert [row["drug"] for row in made["drugs"]] == ["triamcinolone"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"levels": ["C4-C5"], "region": "lumbar"}, "levels"),
        ({"levels": ["L9"]}, "levels"),
        ({"approach": "interlaminar"}, "approach"),
        ({"drugs": [{"drug": "triamcinolone"}, {"drug": "lidocaine"}]}, "drugs"),
        ({"checklist": {"consent": True}}, "checklist"),
        ({"course": "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"}, "course"),
        ({"drugs": [{"drug": "triamcinolone", "dose": "1", "doseunit": "mg"}]}, "drugs"),
    ],
)
def test_what_is_not_written_down_of_another_clinic_is_refused(physician, patient, change, field):
    """Passed over silently, it would be believed to be on record."""
    told = {"patient": str(patient.pk), "record_status": "outside", "text": "Shot"} | change
    answer = send(client_of(physician), "post", HOME, told)
    assert answer.status_code == 400, answer.content
    said = answer.json()
    assert field in (said.get("errors") or said["fields"])


def test_a_procedure_says_of_which_course_it_is(physician, patient):
    """Otherwise the course counts none, and orders one too many."""
    asked = ProceduralOrder("lumbar", ("L4-L5",), approach="interlaminar")
    order = {"treatment": "epidural-steroid-injection", "detail": asked}
    course = make_course(patient, physician, **order)
    client = client_of(physician)
    begun = send(client, "post", HOME, new(patient, course=str(course.pk)))
    assert begun.json()["course"] == str(course.pk)
    sign, read = f"{HOME}{begun.json()['id']}/sign/", {"If-Match": begun.headers["ETag"]}
    assert send(client, "post", sign, {}, **read).status_code == 200
    told = client.get(f"/api/v1/treatment-courses/{course.pk}/").json()
    assert told["counted"]["procedures_done"] == 1
    foreign = make_course(make_patient(), physician, **order)
    for wrong in (foreign.pk, "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"):
        answer = send(client, "post", HOME, new(patient, course=str(wrong)))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["course"])


def test_strangers_procedures_do_not_exist(physician):
    """A number is guessed quickly."""
    row = make_procedure(make_patient(), physician, at=timezone.now())
    client = client_of(physician)
    assert client.get(f"{HOME}{row.pk}/").status_code == 404
    assert client.get(HOME, {"patient": str(row.patient_id)}).status_code == 403
