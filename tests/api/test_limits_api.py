"""The rules in the API: the same refusals as at the desk, with what a program needs to go on."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.pages.test_limits import Clinic
from tests.rule_builders import CAP
from tests.security.world import client_of
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
    assert told["findings"] == [{"rule": CAP["id"], "message": CAP["desk_message"]}]


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
