"""A consultation is written without a script, by two people at once, and loses nothing."""

from datetime import UTC, datetime

import pytest

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_code, make_consultation, make_flag, shipped_catalogue
from tests.security.clients import client_of
from treatments.models import Consultation

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


@pytest.fixture
def client(physician):
    return client_of(physician)


def write(client, draft, revision=None, **fields):
    sent = {name.replace("__", "-"): value for name, value in fields.items()}
    row = Consultation.objects.get(pk=draft.pk)
    sent = {"revision": revision or row.revision, **sent}
    return client.post(f"/physician/consultations/{draft.pk}/draft/", sent)


def test_from_the_first_word_to_the_signature(client, patient, physician):
    """The whole way, as a browser without scripts goes it."""
    flag = make_flag("limb-weakness", urgency="emergency")
    make_code("M54.16", "Radiculopathy, lumbar region")
    base = f"/physician/people/{patient.pk}/consultations"
    assert client.get(f"{base}/").status_code == 200
    assert client.get(f"{base}/new/").status_code == 200
    answer = client.post(f"{base}/new/", {"kind": "new", "occurred_at": "2026-06-01T09:00"})
    draft = Consultation.objects.get()
    assert answer.url == f"/physician/consultations/{draft.pk}/"
    page = client.get(answer.url).content.decode()
    assert flag.details["question"] in page
    answer = write(
        client,
        draft,
        **{
            "text-reason": "Leg pain",
            "text-plan": "Exercise",
            "exam-strength-L4-left": "4",
            "pain-0-at-back-low-back-left": "yes",
            "pain-0-worst": "8",
            "flag-limb-weakness": "yes",
            "do": "find",
            "diagnosis-q": "lumbar radiculopathy",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url).content.decode()
    assert "M54.16" in page
    assert "Leg pain" in page
    answer = write(
        client, draft, **{"do": "add", "diagnosis-code": "M54.16", "diagnosis-side": "left"}
    )
    assert answer.status_code == 302, answer.content.decode()
    row = Consultation.objects.get()
    assert row.diagnoses.get().code_id == "M54.16"


@pytest.fixture
def draft(patient, physician):
    make_code("M54.16", "Radiculopathy, lumbar region")
    return make_consultation(patient, physician, at=NOW, reason="Leg pain", plan="Rest")


def test_a_diagnosis_that_was_typed_is_added_by_whatever_saves(client, draft):
    """Nobody remembers a second button; a document without its diagnosis is wrong for ever."""
    answer = write(client, draft, **{"do": "save", "diagnosis-text": "Sciatica"})
    assert answer.status_code == 302, answer.content.decode()
    row = draft.diagnoses.get()
    changed = {"diagnosis-of": str(row.pk), "diagnosis-text": "Sciatica", "diagnosis-side": "left"}
    assert write(client, draft, do="save", **changed).status_code == 302
    picked = {"diagnosis-q": "lumbar", "diagnosis-code": "M54.16"}
    answer = write(client, draft, do="sign", **picked)
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    told = [(row.text, row.side) for row in draft.diagnoses.order_by("rank")]
    assert told == [("Sciatica", "left"), ("Radiculopathy, lumbar region", "")]
    assert draft.record_status == "signed"


@pytest.mark.parametrize("button", ["", "save", "sign", "normal:flags", "find"])
def test_half_a_diagnosis_is_kept_on_the_page(client, draft, button):
    """What is not enough to be added is said, and stands where it was typed."""
    half = {"diagnosis-q": "lumbar", "diagnosis-side": "left", "diagnosis-onset_date": "2026-05-01"}
    answer = write(client, draft, do=button, **half)
    page = answer.content.decode()
    assert answer.status_code == (200 if button == "find" else 422)
    assert 'value="lumbar"' in page
    assert 'value="2026-05-01"' in page
    assert "M54.16" in page
    assert ("is not among the diagnoses yet" in page) is (button != "find")
    draft.refresh_from_db()
    assert draft.record_status == "draft"


def test_what_was_refused_elsewhere_costs_no_diagnosis(client, draft):
    """A slip in the examination, or a clash, shows the page again with all of it."""
    slip = {"exam-strength-L4-left": "9", "diagnosis-text": "Sciatica"}
    answer = write(client, draft, do="sign", **slip)
    assert answer.status_code == 422
    assert 'value="Sciatica"' in answer.content.decode()
    write(client, draft, **{"text-plan": "Surgery"})
    clash = {"text-plan": "Exercise", "diagnosis-text": "Sciatica"}
    answer = write(client, draft, revision=1, do="save", **clash)
    assert answer.status_code == 409
    assert 'value="Sciatica"' in answer.content.decode()


def test_what_was_typed_while_another_signed_begins_a_correction(client, draft):
    """The words of an hour must not end on a page that says no."""
    make_flag("limb-weakness")
    assert write(client, draft, do="sign", **{"text-plan": "Exercise"}).status_code == 302
    late = {"text-plan": "Rest", "text-assessment": "L5 root", "flag-limb-weakness": "no"}
    late |= {"diagnosis-text": "Sciatica", "do": "save"}
    address = f"/physician/consultations/{draft.pk}"
    by_itself = client.post(
        f"{address}/draft/", {"revision": 1, **late}, headers={"Dorsa-Autosave": "1"}
    )
    assert (by_itself.status_code, by_itself.json()["signed"]) == (409, True)
    answer = write(client, draft, revision=1, **late)
    assert answer.status_code == 409
    told = [row[:2] for row in answer.context["rows"]]
    flag = ("Limb weakness", "No")
    assert told == [("Assessment", "L5 root"), flag, ("Diagnosis", "Sciatica")]
    carried = {}
    for name, text in answer.context["carried"]:
        carried.setdefault(name, []).append(text)
    refused = client.post(f"{address}/amend/", carried)
    assert "L5 root" in refused.content.decode(), "without a reason nothing is lost either"
    answer = client.post(f"{address}/amend/", carried | {"reason": "Signed too early"})
    assert answer.status_code == 302, answer.content.decode()
    row = Consultation.objects.get(replaces=draft)
    assert (row.assessment, row.plan) == ("L5 root", "Exercise")
    assert (row.red_flags, row.diagnoses.get().text) == ({"limb-weakness": "no"}, "Sciatica")
    answer = client.post(f"{address}/amend/", carried | {"reason": "Again"})
    assert answer.status_code == 409
    assert "L5 root" in answer.content.decode(), "nor when a correction is there already"


def test_nothing_is_signed_that_was_not_on_the_page(client, draft):
    """A signature stands under what was read, not under what came in between."""
    write(client, draft, **{"text-history": "Fell off a ladder"})
    answer = write(client, draft, revision=1, do="sign", **{"text-plan": "Exercise"})
    page = answer.content.decode()
    assert "somebody else wrote here meanwhile (History)" in page
    assert "Fell off a ladder" in page
    draft.refresh_from_db()
    assert (draft.record_status, draft.plan) == ("draft", "Exercise")
    assert write(client, draft, do="sign", **{"text-plan": "Exercise"}).status_code == 302


def test_a_diagnosis_is_added_once_when_signing_is_refused(client, draft):
    """Whoever wrote what was missing must not be told for ever that the diagnosis is there."""
    typed = {"diagnosis-text": "Sciatica", "diagnosis-side": "left", "do": "sign"}
    refused = write(client, draft, **typed, **{"text-reason": ""})
    assert refused.status_code == 422
    assert refused.context["diagnosis_form"].initial == {}
    assert refused.context["asked"] == ""
    # Another onset of the same is not the same: what was typed is not dropped.
    other = typed | {"diagnosis-onset_date": "2026-05-01"}
    assert "has that diagnosis already" in write(client, draft, **other).content.decode()
    # A page that was opened before still has it in its picker: the same word for word is no fault.
    again = write(client, draft, **typed, **{"text-reason": "Leg pain", "text-plan": "Exercise"})
    assert again.status_code == 302
    assert Consultation.objects.get().record_status == "signed"
    assert draft.diagnoses.count() == 1
