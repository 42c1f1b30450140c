"""Cancelling a visit says why, by whatever door."""

import pytest
import time_machine

from scheduling.models import Appointment
from tests import builders
from tests.integration.test_booking import NOW, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    with time_machine.travel(NOW, tick=False):
        yield Place()


@pytest.fixture
def desk(place):
    return client_of(place.clerk)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/desk/act/", {"cancel": "{visit}"}),
        ("/desk/appointments/{visit}/steps/", {"step": "cancel"}),
        ("/desk/appointments/{visit}/cancel/", {"note": "no reason chosen"}),
    ],
)
def test_no_page_cancels_a_visit_without_a_reason(place, desk, address, said):
    """The report of why visits are lost is worth what the desk is asked at that moment."""
    visit = place.book()
    said = {name: text.format(visit=visit.pk) for name, text in said.items()}
    assert desk.post(address.format(visit=visit.pk), said).status_code in {400, 422}
    assert Appointment.objects.get().status == "booked"


def test_a_program_that_cancels_without_a_reason_is_told_which_field(place, desk):
    """A program cannot guess; and cancelling one visit asks what cancelling a course asks."""
    visit = place.book()
    address = f"/api/v1/appointments/{visit.pk}/steps/"
    bare = desk.post(address, {"step": "cancel"}, content_type="application/json")
    assert bare.status_code == 400
    assert "cancellation_reason" in bare.json()["errors"]
    odd = {"step": "confirm", "cancellation_reason": "ill"}
    assert desk.post(address, odd, content_type="application/json").status_code == 400
    said = {"step": "cancel", "cancellation_reason": "ill"}
    done = desk.post(address, said, content_type="application/json")
    assert done.status_code == 200
    assert Appointment.objects.get().cancellation_reason == "ill"


def test_every_place_that_shows_a_visit_leads_to_the_page_that_asks_why(place, desk):
    """A page that nothing links to is a page nobody has."""
    visit = place.book()
    wanted = f'href="/desk/appointments/{visit.pk}/cancel/"'
    for address in (f"/desk/visits/{visit.pk}/", "/desk/?view=list"):
        answer = desk.get(address, {"day": f"{visit.start_at:%Y-%m-%d}", "view": "list"})
        assert wanted in answer.content.decode(), address
        assert ">Cancel<" not in answer.content.decode(), "that also reads like “close”"


def test_a_cancelled_visit_can_be_taken_back_and_is_not_cancelled_twice(place, desk):
    """Whoever took the wrong row says so with one key, and an old page does no harm."""
    visit = place.book()
    address = f"/desk/appointments/{visit.pk}/cancel/"
    answer = desk.post(address, {"cancellation_reason": "ill"}, follow=True).content.decode()
    assert "is cancelled." in answer
    assert 'action="/desk/undo/"' in answer
    assert "cannot be cancelled any more" in desk.get(address).content.decode()
    assert desk.post("/desk/undo/").status_code == 302
    assert Appointment.objects.get().status == "booked"


def test_a_nurse_finds_the_free_rooms_from_the_visit(place):
    """The room that is needed now is found where the visit is looked at."""
    visit = place.book()
    nurse = client_of(builders.make_user("nurse"))
    for address in (f"/desk/visits/{visit.pk}/", "/desk/"):
        answer = nurse.get(address, {"day": f"{visit.start_at:%Y-%m-%d}", "view": "list"})
        assert f'href="/desk/appointments/{visit.pk}/room/"' in answer.content.decode(), address
