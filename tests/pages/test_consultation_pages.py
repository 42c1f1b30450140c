"""A consultation is written without a script, by two people at once, and loses nothing."""

from datetime import UTC, datetime

import pytest

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_code, make_flag, shipped_catalogue
from tests.security.world import client_of
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
        client, draft, **{"do": "add:", "diagnosis-code": "M54.16", "diagnosis-side": "left"}
    )
    assert answer.status_code == 302, answer.content.decode()
    row = Consultation.objects.get()
    assert row.diagnoses.get().code_id == "M54.16"
