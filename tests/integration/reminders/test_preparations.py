"""How to prepare: told once, three days before or at once, with medicines only once approved."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from scheduling.actions.preparations import write_due_preparations
from scheduling.queries.visit_links import answer_address
from tests.builders import make_user
from tests.integration.reminders.worlds import BOOKED_AT, DAY, HOUR, World
from tests.record_builders import make_entry
from treatments.models import HoldPlan

pytestmark = pytest.mark.django_db
START = BOOKED_AT + 10 * DAY


@pytest.fixture
def world():
    return World(needs_fasting=True, preparation_en="Wear loose clothes.", preparation_es="Ropa.")


def prepare(now):
    return write_due_preparations(limit=50, by="worker", now=now)


def told():
    return list(Message.objects.filter(kind="preparation").order_by("id"))


def test_people_are_told_three_days_before_and_once(world):
    """Who reads it a month before has forgotten it; who reads it twice wonders what changed."""
    world.book(START)
    assert prepare(START - 3 * DAY - HOUR) == 0
    assert prepare(START - 3 * DAY) == 1
    assert prepare(START - 2 * DAY) == 0
    (message,) = told()
    assert "empty stomach" in message.body
    assert "Wear loose clothes." in message.body
    assert "drive you home" not in message.body
    assert message.valid_until == START


def test_who_books_for_tomorrow_is_told_at_once(world):
    """The confirmation does not say how to prepare."""
    world.book(START, at=START - DAY)
    assert prepare(START - DAY + HOUR / 60) == 1


def test_a_kind_of_visit_without_preparation_is_silent(world):
    """An empty message teaches people not to read the next one."""
    world.kind.needs_fasting, world.kind.preparation_en, world.kind.preparation_es = False, "", ""
    world.kind.save()
    world.book(START)
    assert prepare(START - DAY) == 0


def test_medicines_are_told_once_approved_and_never_before(world):
    """A plan that no clinician has approved could stop the wrong drug."""
    visit = world.book(START)
    plan = HoldPlan.objects.create(
        patient=world.person,
        appointment_id=visit.pk,
        treatment=make_entry(),
        procedure_at=START,
        drugs=[{"key": "a"}],
        instructions="Take your last apixaban on Monday.",
        made_at=BOOKED_AT,
    )
    prepare(START - 3 * DAY)
    assert "apixaban" not in told()[0].body
    plan.approved_at, plan.approved_by = START - 2 * DAY, make_user(Role.PHYSICIAN)
    plan.save()
    assert prepare(START - 2 * DAY + timedelta(minutes=1)) == 1
    assert "apixaban" in told()[1].body
    assert "apixaban" not in told()[1].subject
    assert prepare(START - DAY) == 0


def test_the_page_behind_the_link_says_how_to_prepare(world, monkeypatch):
    """Who gets text messages reads it there; the names of medicines need a call."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: START - 2 * DAY)
    visit = world.book(START)
    page = Client().get("/" + answer_address(THE_CLINIC, visit).split("/", 3)[3]).content.decode()
    assert "Before you come" in page
    assert "Wear loose clothes." in page
