"""A column of the board is a promise: what is booked into it is there, and its words are true."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from scheduling.models import (
    Appointment,
    BoardColumn,
    BoardView,
    Hold,
    Reservation,
    TimeOff,
    WorklistItem,
)
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    with time_machine.travel(NOW, tick=False):
        yield Place()


@pytest.fixture
def desk(place):
    return client_of(place.clerk)


def cell(resource, start=TEN):
    return f"{resource.pk}/{start:%Y-%m-%dT%H:%M:%SZ}"


def book_into(resource, place, desk, **more):
    patient = builders.make_patient()
    said = {"at": cell(resource), "patient": patient.pk} | more
    said["choice"] = f"{place.kind.code}@{TEN.isoformat()}"
    return patient, desk.post("/desk/quick/", said)


def test_booking_into_a_room_takes_this_room_and_says_so(place, desk):
    """Whoever clicks the second room has a reason: the person must not be sent to the first."""
    patient, answer = book_into(place.rooms[1], place, desk)
    assert answer.status_code == 302
    visit = Appointment.objects.get(patient=patient)
    assert {place.rooms[1], place.machine} <= {part.resource for part in visit.taken}
    page = desk.get(answer.headers["Location"]).content.decode()
    assert f"{place.clinician.name}, {place.rooms[1].name}, {place.machine.name}." in page


def test_holding_in_a_room_holds_this_room(place, desk):
    """What is held is what was shown as free."""
    patient, answer = book_into(place.rooms[1], place, desk, keep="1")
    assert answer.status_code == 302
    hold = Hold.objects.get(patient=patient)
    taken = set(Reservation.objects.filter(hold=hold).values_list("resource", flat=True))
    assert place.rooms[1].pk in taken
    assert place.rooms[0].pk not in taken


def test_a_room_that_is_taken_is_refused_although_another_is_free(place, desk):
    """A booking elsewhere than where it was asked for is no booking."""
    place.book(using=place.rooms[1])
    builders.make_clinician(place.site)
    builders.make_resource(place.site, "equipment", ["fluoroscopy"])
    patient, answer = book_into(place.rooms[1], place, desk)
    assert answer.status_code == 409
    assert not Appointment.objects.filter(patient=patient).exists()


def test_a_column_offers_only_kinds_that_can_use_it(place, desk):
    """A consultation needs no C-arm; offered in its column it would be booked somewhere else."""
    talk = builders.make_visit_type(30, ("clinician", "room"))
    patient = builders.make_patient()
    at_machine = desk.get("/desk/quick/", {"at": cell(place.machine), "patient": patient.pk})
    assert talk.name not in at_machine.content.decode()
    assert place.kind.name in at_machine.content.decode()
    in_room = desk.get("/desk/quick/", {"at": cell(place.rooms[1]), "patient": patient.pk})
    assert talk.name in in_room.content.decode()


def test_a_room_is_offered_only_when_it_is_free_itself(place, desk):
    """The other room's free hour does not make this one free."""
    place.book(using=place.rooms[1])
    builders.make_clinician(place.site)
    builders.make_resource(place.site, "equipment", ["fluoroscopy"])
    said = {"at": cell(place.rooms[1]), "patient": builders.make_patient().pk}
    page = desk.get("/desk/quick/", said).content.decode()
    assert f"{place.kind.code}@2027-01-12T10:00" not in page
    said["at"] = cell(place.rooms[0])
    assert f"{place.kind.code}@2027-01-12T10:00" in desk.get("/desk/quick/", said).content.decode()


def test_the_api_books_and_holds_a_named_room(place, desk):
    """A program that shows a board by room must be able to mean the room."""
    said = {
        "patient": str(builders.make_patient().pk),
        "visit_type": place.kind.code,
        "site": place.site.pk,
        "start_at": TEN.isoformat(),
        "resource": place.rooms[1].pk,
    }
    made = desk.post("/api/v1/appointments/", said, content_type="application/json")
    assert made.status_code == 201, made.content
    assert place.rooms[1].pk in {one["id"] for one in made.json()["resources"]}
    said["patient"] = str(builders.make_patient().pk)
    again = desk.post("/api/v1/appointments/", said, content_type="application/json")
    assert again.status_code == 409
    said["resource"] = place.clinician.pk
    wrong = desk.post("/api/v1/holds/", said, content_type="application/json")
    assert wrong.status_code == 404


def test_a_group_is_joined_in_its_own_room_only(place, desk):
    """People who are sent to a room where their group is not sit there alone."""
    group = builders.make_visit_type(30, ("clinician", "room"), capacity=4)
    first = place.book(visit_type=group, using=place.rooms[1])
    joined = place.book(
        visit_type=group, using=place.rooms[1], patient=builders.make_patient("Berta")
    )
    assert joined.seat.session == first.seat.session
    said = {"at": cell(place.rooms[0]), "patient": builders.make_patient("Cora").pk}
    page = desk.get("/desk/quick/", said).content.decode()
    assert f"{group.code}@2027-01-12T10:00" not in page


def columns_of(page):
    return dict(re.findall(r'id="column-(\d+)".*?(<ol>.*?)</section>', page, re.S))


def test_a_visit_whose_clinician_is_away_says_so(place, desk):
    """“Booked” under a clinician on leave is a person who comes in vain."""
    visit = place.book()
    TimeOff.objects.create(
        site=place.site,
        resource=place.clinician,
        during=(TEN - timedelta(hours=2), TEN + timedelta(hours=2)),
        reason="Vacation",
    )
    text = desk.get("/desk/", {"view": "columns", "day": "2027-01-12"}).content.decode()
    column = columns_of(text)[str(place.clinician.pk)]
    assert re.search(r'class="v booked stranded [^"]*".*?<i>Needs another time</i>', column)
    assert "Away: Vacation" in column
    assert visit.status == "booked"


def test_a_stranded_visit_says_so_everywhere(place, desk):
    """Whoever looks at the rooms, the list or the visit itself has to know it too."""
    visit = place.book()
    item = WorklistItem.objects.create(
        kind="stranded", appointment=visit, created_at=NOW, reason="Leave"
    )
    room = visit.reservations.filter(resource__kind="room").first().resource
    view = BoardView.objects.create(site=place.site, name="Rooms")
    BoardColumn.objects.create(view=view, resource=room, position=0)
    asked = {"view": "columns", "day": "2027-01-12", "columns": view.pk}
    assert "Needs another time" in desk.get("/desk/", asked).content.decode()
    listed = desk.get("/desk/", {"view": "list", "day": "2027-01-12"}).content.decode()
    assert "Needs another time" in listed
    shown = desk.get(reverse("desk:visit", args=[visit.pk])).content.decode()
    assert "Needs another clinician or time" in shown
    WorklistItem.objects.filter(pk=item.pk).update(resolved_at=NOW)
    assert "Needs another time" not in desk.get("/desk/", asked).content.decode()


def test_a_parked_visit_is_offered_only_where_it_fits(place, desk):
    """A button that can only be refused wastes the minute somebody waits on the phone."""
    visit = place.book()
    for start in (TEN + timedelta(hours=1, minutes=20), TEN + timedelta(hours=3)):
        place.book(start, patient=builders.make_patient("Berta"))
    desk.post("/desk/park/", {"visit": visit.pk, "do": "park"})
    text = desk.get("/desk/", {"view": "columns", "day": "2027-01-12"}).content.decode()
    column = columns_of(text)[str(place.clinician.pk)]
    gaps = re.findall(r'<li class="gap[^"]*">(.*?)(?=<li|</ol>)', column, re.S)
    offered = [re.search(r'value="([^"]+)"', gap)[1] for gap in gaps if "Move here" in gap]
    assert offered
    for to in offered:
        answer = desk.post("/desk/drop/", {"visit": visit.pk, "to": to})
        assert answer.status_code == 302, to
        desk.post("/desk/undo/")


def test_a_gap_too_short_for_the_parked_visit_says_only_that_it_is_free(place, desk):
    """Twenty minutes are no place for half an hour."""
    visit = place.book()
    place.book(TEN + timedelta(minutes=50), patient=builders.make_patient("Berta"))
    place.book(TEN + timedelta(hours=2), patient=builders.make_patient("Cora"))
    view = BoardView.objects.create(site=place.site, name="Machines")
    BoardColumn.objects.create(view=view, resource=place.machine, position=0)
    BoardColumn.objects.create(view=view, resource=place.clinician, position=1)
    desk.post("/desk/park/", {"visit": visit.pk, "do": "park"})
    asked = {"view": "columns", "day": "2027-01-12", "columns": view.pk}
    column = columns_of(desk.get("/desk/", asked).content.decode())[str(place.machine.pk)]
    assert ">20 min free</a>" in column
    assert "Move here" in column
    week = desk.get("/desk/", asked | {"view": "week"}).content.decode()
    assert "Move to" in week


def test_a_taken_time_keeps_what_was_wished(place, desk):
    """Who wants Dr. Weiss on a Tuesday morning still does after somebody else was faster."""
    other = builders.make_clinician(place.site)
    patient = builders.make_patient("Dora")
    wish = {"patient": patient.pk, "visit_type": place.kind.code, "site": place.site.pk}
    wish |= {"clinician": place.clinician.pk, "part": "morning", "weekday": 2}
    text = desk.get("/desk/book/", wish | {"day": "2027-01-12"}).content.decode()
    wished = re.search(r'name="wished"\s+value="([^"]*)"', text)[1].replace("&amp;", "&")
    place.book()
    said = {"patient": patient.pk, "visit_type": place.kind.code, "site": place.site.pk}
    said |= {"slot": f"{TEN.isoformat()}/{place.clinician.pk}", "wished": wished}
    answer = desk.post("/desk/book/", said)
    again = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(rf'<option value="{place.clinician.pk}"\s+selected', again)
    assert re.search(r'<option value="morning"\s+selected', again)
    assert re.search(r'value="2"\s+checked', again)
    offered = re.findall(r'name="slot"\s+value="([^"]+)"', again)
    assert offered
    assert {key.split("/")[1] for key in offered} == {str(place.clinician.pk)}, other.name
