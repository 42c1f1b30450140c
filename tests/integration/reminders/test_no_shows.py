"""Visits to which nobody came are marked, once, and can be taken back."""

import pytest

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from scheduling.actions.missed import mark_missed
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment
from scheduling.queries.missed import missed_visits
from scheduling.queries.reports import Period, report
from tests.builders import make_user
from tests.integration.reminders.worlds import BOOKED_AT, DAY, HOUR, World

pytestmark = pytest.mark.django_db
START = BOOKED_AT + 2 * DAY


@pytest.fixture
def world():
    return World(minutes=30)


def mark(now):
    found = missed_visits(THE_CLINIC, limit=50, now=now)
    return [visit for pk in found if (visit := mark_missed(appointment_id=pk, by=None, now=now))]


def test_a_visit_is_missed_at_its_end_and_after_the_grace(world):
    """Who is ten minutes late is still received."""
    visit = world.book(START)
    assert mark(START + HOUR / 3) == []
    assert [v.pk for v in mark(START + HOUR / 2)] == [visit.pk]
    assert mark(START + HOUR) == []
    assert Message.objects.filter(kind="no_show").count() == 1
    assert visit.events.filter(step="no_show", by=None).count() == 1


def test_a_long_grace_waits_longer_than_the_visit(world):
    """A clinic on the other side of a river gives people time."""
    world.site.no_show_after_minutes = 60
    world.site.save()
    world.book(START)
    assert mark(START + HOUR - HOUR / 60) == []
    assert len(mark(START + HOUR)) == 1


def test_who_came_was_cancelled_or_is_treated_is_not_missed(world):
    """A mark that is wrong once is trusted no more."""
    came = world.book(START)
    take_step(appointment=came, step=Step.ARRIVE, by=world.desk, now=START)
    gone = world.book(START + 2 * HOUR)
    take_step(appointment=gone, step=Step.CANCEL, by=world.desk, now=START)
    assert mark(START + 5 * HOUR) == []


def test_two_workers_mark_it_once(world):
    """Ticks run twice; people are told once."""
    world.book(START)
    now = START + HOUR
    (pk,) = missed_visits(THE_CLINIC, limit=50, now=now)
    assert mark_missed(appointment_id=pk, by=None, now=now) is not None
    assert mark_missed(appointment_id=pk, by=None, now=now) is None
    assert Message.objects.filter(kind="no_show").count() == 1


def test_the_desk_can_take_it_back(world):
    """A person who sat in the wrong waiting room has come."""
    visit = world.book(START)
    (missed,) = mark(START + HOUR)
    take_step(appointment=missed, step=Step.UNDO, by=world.desk, now=START + HOUR)
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    assert mark(START + 2 * HOUR) == [], "nobody argues with the desk"


def test_the_rate_is_on_the_managers_report(world):
    """What is not seen is not mended."""
    world.book(START)
    mark(START + HOUR)
    came = world.book(START + DAY)
    for step in (Step.ARRIVE, Step.START, Step.COMPLETE):
        take_step(appointment=came, step=step, by=make_user(Role.NURSE), now=START + DAY)
    day = START.date()
    found = report(
        make_user(Role.MANAGER), "no-shows", Period(world.site, day, day + 3 * DAY), now=START
    )
    assert [tuple(row.cells) for row in found.rows] == [
        ("Month", "2027-03", 2, 1, 50.0),
        ("Kind of visit", world.kind.name, 2, 1, 50.0),
        ("Clinician", world.clinician.name, 2, 1, 50.0),
    ]
