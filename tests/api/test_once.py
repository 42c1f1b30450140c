"""`Idempotency-Key`: the same request twice is done once, whatever the line did in between."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic.accounts.actions import create_token
from clinic.accounts.answers import forget_answers
from clinic.accounts.models import AnsweredRequest, TeamMember
from clinic.accounts.roles import Role
from scheduling.models import Appointment, Hold
from tests import builders

pytestmark = pytest.mark.django_db
BOOK = "/api/v1/appointments/"


class World:
    """A clinic, a clerk who is signed in, and a body that books."""

    def __init__(self):
        self.site = builders.make_site("UTC")
        self.clinicians = [builders.make_clinician(self.site) for _ in range(3)]
        [builders.make_resource(self.site) for _ in range(3)]
        self.kind = builders.make_visit_type()
        self.clerk = builders.make_user()
        self.client = self.client_of(self.clerk)
        day = timezone.now() + timedelta(days=1)
        self.start_at = day.replace(hour=10, minute=0, second=0, microsecond=0)

    def client_of(self, user):
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    def body(self, **changes):
        return {
            "patient": str(builders.make_patient().pk),
            "visit_type": self.kind.code,
            "site": self.site.pk,
            "start_at": self.start_at.isoformat(),
        } | changes

    def post(self, body, key="one", client=None, address=BOOK, **headers):
        headers |= {"Idempotency-Key": key} if key else {}
        return (client or self.client).post(
            address, json.dumps(body), content_type="application/json", headers=headers
        )


@pytest.fixture
def world():
    return World()


def test_the_same_request_gets_the_same_answer_and_books_once(world):
    """The line broke after the booking: the program asks again, as it should."""
    body = world.body()
    first, again = world.post(body), world.post(body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["ETag"] == first["ETag"], "or the program could not change what it has booked"
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Appointment.objects.count() == 1
    assert world.post(body, key="two").status_code == 409


def test_a_hold_is_booked_without_a_reason(world):
    """Why somebody comes may be left out wherever a visit is booked."""
    held = world.post(world.body(), key="", address="/api/v1/holds/").json()
    booked = world.post({}, key="", address=f"/api/v1/holds/{held['id']}/book/")
    assert (booked.status_code, booked.json()["reason"]) == (201, "")


def test_another_body_or_address_under_the_key_is_refused(world):
    """A key that means two things means nothing."""
    body = world.body()
    world.post(body)
    refused = world.post(world.body())
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert world.post(body, address="/api/v1/holds/").status_code == 422
    assert (Appointment.objects.count(), Hold.objects.count()) == (1, 0)


def test_a_refusal_is_remembered(world):
    """What was refused under this key stays refused, even if the place is free by now."""
    taken = world.body(clinician=world.clinicians[0].pk)
    world.post(taken, key="")
    body = world.body(clinician=world.clinicians[0].pk)
    assert world.post(body).status_code == 409
    Appointment.objects.get().reservations.all().delete()
    again = world.post(body)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    assert world.post(body, key="two").status_code == 201


def test_a_breakdown_is_not_remembered(world, monkeypatch):
    """The next try must be a real one."""
    from scheduling.api import appointments

    def broken(**_):
        raise RuntimeError("the power went")

    body = world.body()
    with monkeypatch.context() as patched:
        patched.setattr(appointments, "book_appointment", broken)
        assert world.post(body).status_code == 500
    assert not AnsweredRequest.objects.exists()
    assert world.post(body).status_code == 201


def test_keys_are_each_person_s_own(world):
    """Two people may think of the same word; neither reads what the other was told."""
    other = world.client_of(builders.make_user())
    first = world.post(world.body())
    second = world.post(world.body(), client=other)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


def test_a_narrower_token_does_not_read_what_a_wider_one_was_told(world):
    """Not even one of the same name: a key may do no more than its scopes say."""
    scopes = ["patients.search", "patients.view_contact", "scheduling.view_board"]
    booking = ["scheduling.find_slots", "scheduling.book"]
    keys = [
        create_token(
            name="Phone",
            scopes=may,
            lifetime=timedelta(days=1),
            by=world.clerk,
            now=timezone.now(),
        ).key
        for may in (scopes + booking, scopes)
    ]
    body = world.body()
    answers = [
        world.post(body, client=Client(), Authorization=f"Token {key}").status_code for key in keys
    ]
    assert answers == [201, 403]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("lost", ["site", "role", "another role"])
def test_who_lost_the_right_is_not_told_again(world, lost):
    """Whoever was moved to another site reads nothing of the old one by asking twice."""
    body = world.body()
    assert world.post(body).status_code == 201
    if lost == "site":
        TeamMember.objects.filter(user=world.clerk).delete()
    else:
        world.clerk.role = {"role": Role.MANAGER, "another role": Role.NURSE}[lost]
        world.clerk.save()
    refused = world.post(body)
    assert refused.status_code == 403
    assert "Idempotent-Replayed" not in refused
    assert body["patient"] not in refused.content.decode()
    assert Appointment.objects.count() == 1
    if lost == "site":
        assert refused.json()["code"] == "rights_changed"
        TeamMember.objects.create(user=world.clerk, team=world.site.team)
        assert world.post(body)["Idempotent-Replayed"] == "true", "the right is back"


def test_a_stranger_s_key_opens_nothing(world):
    """The question who asks comes before the question whether it was asked."""
    body = world.body()
    assert world.post(body).status_code == 201
    assert world.post(body, client=Client()).status_code == 401


@pytest.mark.parametrize("key", ["x" * 101, "a\tb", "ä\x7f"])
def test_an_odd_key_is_a_problem(world, key):
    """Nothing that cannot be written down is promised to be remembered."""
    answer = world.post(world.body(), key=key)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Appointment.objects.exists()


def test_answers_are_forgotten_after_a_day(world):
    """Long enough for every retry, and no archive of who was told what."""
    body = world.body()
    world.post(body)
    AnsweredRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert world.post(body).status_code == 409, "done anew, and the person is booked already"
    assert forget_answers(now=timezone.now()) == 0
    assert forget_answers(now=timezone.now() + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["one", ""])
def test_twins_that_come_at_the_same_moment_are_done_once(key):
    """Two requests in flight; without a key (the control) they are two bookings."""
    world = World()
    bodies = [world.body(start_at=world.start_at.isoformat())] * 6
    if not key:
        bodies = [world.body(patient=bodies[0]["patient"]) for _ in range(6)]
    start = threading.Barrier(6)
    answers = []

    def ask(body):
        client = world.client_of(world.clerk)
        start.wait()
        answers.append(world.post(body, key=key, client=client))
        connection.close()

    threads = [threading.Thread(target=ask, args=(body,)) for body in bodies]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    codes = sorted(answer.status_code for answer in answers)
    assert Appointment.objects.count() == 1
    if key:
        assert codes == [201] * 6
        assert len({answer.content for answer in answers}) == 1
    else:
        assert codes == [201] + [409] * 5


def form_of(world, **changes):
    return {
        "patient": str(builders.make_patient().pk),
        "visit_type": world.kind.code,
        "site": world.site.pk,
        "slot": f"{world.start_at.isoformat()}/{world.clinicians[0].pk}",
        "once": "the form of this page",
    } | changes


def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_place(world):
    """An impatient hand presses twice; the second answer must not say that it failed."""
    form = form_of(world)
    first, again = (world.client.post("/desk/book/", form) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    assert Appointment.objects.count() == 1
    form.pop("once")
    assert world.client.post("/desk/book/", form).status_code == 409


def test_a_form_that_was_refused_or_filled_in_anew_is_tried_again(world):
    """Going back and choosing another time is another wish, although the page is the same."""
    other = world.body(clinician=world.clinicians[0].pk)
    assert world.post(other, key="").status_code == 201
    form = form_of(world)
    assert world.client.post("/desk/book/", form).status_code == 409
    later = world.start_at + timedelta(hours=1)
    form["slot"] = f"{later.isoformat()}/{world.clinicians[0].pk}"
    assert world.client.post("/desk/book/", form).status_code == 302
    form |= {
        "patient": str(builders.make_patient().pk),
        "slot": f"{later.isoformat()}/{world.clinicians[1].pk}",
    }
    assert world.client.post("/desk/book/", form).status_code == 302
    assert Appointment.objects.count() == 3
