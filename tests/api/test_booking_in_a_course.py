"""One visit, booked by hand or by a program, is counted in a course of treatment."""

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from scheduling.models import Appointment
from tests import builders
from tests.record_builders import make_course, shipped_catalogue
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gym():
    shipped_catalogue()
    site = builders.make_site("America/New_York")
    builders.make_clinician(site)
    builders.make_resource(site)
    physician = builders.make_user(Role.PHYSICIAN)
    patient = builders.make_patient()
    noon = (timezone.now() + timezone.timedelta(days=3)).replace(
        hour=17, minute=0, second=0, microsecond=0
    )
    return {
        "client": client_of(builders.make_user(Role.FRONT_DESK)),
        "course": make_course(patient, physician),
        "another": make_course(builders.make_patient(), physician),
        "noon": noon.isoformat(),
        "wish": {
            "patient": str(patient.pk),
            "visit_type": builders.make_visit_type(45).code,
            "site": site.pk,
        },
    }


def test_the_desk_says_in_which_course_a_visit_is_counted(gym):
    """A single visit that nobody counts is one that the payer does not pay."""
    client, wish = gym["client"], gym["wish"]
    page = client.get("/desk/book/", wish).content.decode()
    assert "Physical therapy, 12 of 12 authorized" in page or "12 of 12 visits left" in page
    form = wish | {"slot": f"{gym['noon']}/"}
    assert client.post("/desk/book/", form | {"counted_in": gym["another"].pk}).status_code == 404
    assert client.post("/desk/book/", form | {"counted_in": gym["course"].pk}).status_code == 302
    assert Appointment.objects.get().course == gym["course"]


def test_a_program_says_it_too(gym):
    """What the page can do the API can."""
    client, body = gym["client"], gym["wish"] | {"start_at": gym["noon"]}
    address, kind = "/api/v1/appointments/", "application/json"
    other = client.post(address, body | {"course": str(gym["another"].pk)}, content_type=kind)
    assert other.status_code == 404
    answer = client.post(address, body | {"course": str(gym["course"].pk)}, content_type=kind)
    assert answer.status_code == 201, answer.content
    assert answer.json()["course"] == str(gym["course"].pk)
    assert Appointment.objects.get().course == gym["course"]
