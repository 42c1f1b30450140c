"""The link in a message: opening it does nothing, pressing acts once, nothing is told to others."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts.models import THE_CLINIC
from clinic.messaging.models import Message
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, VisitAnswer
from scheduling.queries.visit_links import again_address, answer_address
from tests.integration.reminders.worlds import BOOKED_AT, DAY, HOUR, World

pytestmark = pytest.mark.django_db
START = BOOKED_AT + 10 * DAY


@pytest.fixture
def world(monkeypatch):
    made = World()
    made.now = BOOKED_AT + DAY
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
    return made


@pytest.fixture
def visit(world):
    return world.book(START)


def path(visit):
    return "/" + answer_address(THE_CLINIC, visit).split("/", 3)[3]


def status(visit):
    return Appointment.objects.get(pk=visit.pk).status


def test_opening_the_link_does_nothing(visit):
    """Mail scanners open every link in a message."""
    client, address = Client(), path(visit)
    for _time in range(3):
        page = client.get(address)
        assert page.status_code == 200
    assert b"Will you come?" in page.content
    assert status(visit) == "booked"
    assert client.head(address).status_code == 405


def test_yes_confirms_once(visit):
    """The desk sees who comes without calling anybody."""
    client, address = Client(), path(visit)
    page = client.post(address, {"answer": "confirm"}, follow=True)
    assert b"We expect you" in page.content
    assert status(visit) == "confirmed"
    client.post(address, {"answer": "cancel"})
    assert status(visit) == "confirmed", "the link has answered"
    assert VisitAnswer.objects.count() == 1
    event = visit.events.order_by("-id").first()
    assert (event.step, event.by) == ("confirm", None)


def test_no_gives_the_time_back_and_says_so_once(world, visit):
    """A cancelled visit can be booked by somebody else at once."""
    client = Client()
    page = client.post(path(visit), {"answer": "cancel"}, follow=True)
    assert b"This visit is cancelled" in page.content
    assert status(visit) == "cancelled"
    assert Message.objects.filter(kind="appointment_cancelled").count() == 1
    assert world.book(START).start_at == START


def test_within_the_notice_people_call(world, visit):
    """What is cancelled an hour before cannot be given to anybody else."""
    client, address = Client(), path(visit)
    world.now = START - 23 * HOUR
    page = client.get(address)
    assert b"Your visit is soon" in page.content
    assert b"Cancel this visit" not in page.content
    refused = client.post(address, {"answer": "cancel"})
    assert refused.status_code == 409
    assert b"too late" in refused.content
    assert status(visit) == "booked"
    assert client.get(f"{address}times/").status_code == 302


def test_another_time_is_taken_with_one_press(world, visit):
    """Whoever needs another time need not call."""
    client, address = Client(), path(visit)
    page = client.get(f"{address}times/")
    times = re.findall(r'value="([^"]+\+00:00 \d*)"', page.content.decode())
    assert 1 < len(times) <= 12
    answer = client.post(f"{address}times/", {"time": times[4]}, follow=True)
    assert b"Your visit is at another time now" in answer.content
    moved = Appointment.objects.get(pk=visit.pk)
    assert moved.start_at.isoformat() == times[4].split(" ")[0].replace("+00:00", ":00+00:00")
    assert Message.objects.filter(kind="appointment_moved", status="due").count() == 1
    client.post(f"{address}times/", {"time": times[5]})
    assert Appointment.objects.get(pk=visit.pk).start_at == moved.start_at


def test_a_time_that_was_not_offered_is_refused(world, visit):
    """The address of the page is no key to times that are kept for others."""
    client, address = Client(), path(visit)
    night = "2027-03-04T03:07+00:00 "
    refused = client.post(f"{address}times/", {"time": night + str(world.clinician.pk)})
    assert refused.status_code == 409
    assert b"just been taken" in refused.content
    assert client.post(f"{address}times/", {"time": "soon"}).status_code == 302
    assert Appointment.objects.get(pk=visit.pk).start_at == START


def test_a_moved_visit_does_not_listen_to_the_old_link(world, visit):
    """“Yes” to Thursday is no yes to Monday."""
    address = path(visit)
    to = NewPlace(world.site, START + 4 * DAY)
    move_appointment(appointment=visit, to=to, by=world.desk, now=world.now)
    page = Client().post(address, {"answer": "confirm"})
    assert page.status_code == 409
    assert status(visit) == "booked"
    assert b"no longer counts" in Client().get(address).content


def test_used_up_forged_and_foreign_links_are_answered_kindly(world, visit):
    """Nobody learns anything from a link that is not theirs, and everybody gets a phone number."""
    address = path(visit)
    world.now = START + timedelta(seconds=1)
    for wrong in (address, address[:-3] + "x/", "/public/visit/nonsense/"):
        page = Client().get(wrong)
        assert page.status_code == 404
        assert world.site.phone.encode() in page.content
        assert world.person.given_names.encode() not in page.content


def test_the_page_speaks_the_language_of_the_person(world, visit):
    """Who reads Spanish answers in Spanish."""
    world.person.language = "es"
    world.person.save()
    assert "¿Vendrá usted?" in Client().get(path(visit)).content.decode()


def test_the_page_says_nothing_clinical(world):
    """Whoever finds the phone on the table learns of a visit, not of an illness."""
    world.kind.name = "Lumbar epidural injection"
    world.kind.save()
    visit = world.book(START)
    client = Client()
    for address in (path(visit), f"{path(visit)}times/"):
        page = client.get(address).content.decode()
        assert "epidural" not in page.lower()
        assert world.person.family_name not in page


def test_after_a_missed_visit_a_new_one_is_booked_by_the_link(world, visit):
    """A missed visit is not the end of the treatment."""
    world.now = START + HOUR
    take_step(appointment=visit, step=Step.NO_SHOW, by=world.desk, now=world.now)
    told = Message.objects.get(kind="no_show")
    assert told.due_at >= world.now + HOUR
    address = "/" + again_address(THE_CLINIC, visit, now=world.now).split("/", 3)[3]
    client = Client()
    assert b"Choose a new time" in client.get(address).content
    page = client.get(f"{address}times/").content.decode()
    chosen = re.findall(r'value="([^"]+\+00:00 \d*)"', page)[0]
    done = client.post(f"{address}times/", {"time": chosen}, follow=True)
    assert b"Your new visit is booked" in done.content
    client.post(f"{address}times/", {"time": chosen})
    visits = Appointment.objects.filter(patient=world.person).order_by("start_at")
    assert [v.status for v in visits] == ["no_show", "booked"]


def test_taking_a_missed_visit_back_withdraws_its_message(world, visit):
    """Somebody who sat in the waiting room is not told that we missed them."""
    world.now = START + HOUR
    missed = take_step(appointment=visit, step=Step.NO_SHOW, by=world.desk, now=world.now)
    take_step(appointment=missed, step=Step.UNDO, by=world.desk, now=world.now)
    assert Message.objects.get(kind="no_show").status == "withdrawn"
