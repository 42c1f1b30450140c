"""Which reminders are due: once each, the right one, and none that makes no sense."""

import pytest

from clinic.accounts.roles import Role
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import ReminderRule
from scheduling.queries.dry_run import dry_run
from tests.builders import make_user
from tests.integration.reminders.worlds import (
    BOOKED_AT,
    DAY,
    HOUR,
    World,
    only_rules,
    remind,
    reminders,
)

pytestmark = pytest.mark.django_db

START = BOOKED_AT + 10 * DAY


@pytest.fixture
def world():
    return World()


def test_a_fresh_clinic_reminds_a_week_two_days_and_three_hours_before():
    """A clinic that sets nothing up still reminds its people."""
    assert [rule.before for rule in ReminderRule.objects.order_by("-before")] == [
        7 * DAY,
        2 * DAY,
        3 * HOUR,
    ]


def test_each_moment_reminds_once(world):
    """Peers remind twice, or again at every tick."""
    visit = world.book(START)
    for moment, expected in [(8 * DAY, 0), (7 * DAY, 1), (2 * DAY, 2), (3 * HOUR, 3)]:
        for late in (0, 1, 2):
            remind(START - moment + late * HOUR / 4)
        assert len(reminders(visit)) == expected
    message = reminders(visit)[0]
    assert message.valid_until == START
    assert "/visit/" in message.body
    assert "Thursday, March 11" in message.body


def test_a_silent_night_ends_in_one_reminder_and_not_in_three(world):
    """After hours without a worker nobody gets three messages about one visit."""
    visit = world.book(START)
    assert remind(START - 2 * HOUR) == 1
    assert remind(START - HOUR) == 0
    assert len(reminders(visit)) == 1


def test_nobody_is_reminded_of_what_begins_now_or_has_passed(world):
    """A reminder that arrives in the waiting room is noise."""
    world.book(START)
    assert remind(START - HOUR / 6) == 0
    assert remind(START + HOUR) == 0


def test_who_books_for_tomorrow_is_not_reminded_two_days_before(world):
    """The confirmation has just said it."""
    visit = world.book(START, at=START - DAY)
    assert remind(START - DAY + HOUR / 6) == 0
    assert remind(START - 3 * HOUR) == 1
    assert len(reminders(visit)) == 1


def test_a_moved_visit_is_reminded_of_at_its_new_time_only(world):
    """A moved visit never sends the old reminder."""
    visit = world.book(START)
    remind(START - 7 * DAY)
    moved = move_appointment(
        appointment=visit,
        to=NewPlace(world.site, START + 5 * DAY),
        by=world.desk,
        now=START - 6 * DAY,
    )
    assert [m.status for m in reminders(visit)] == ["withdrawn"]
    assert remind(START - 2 * DAY) == 1
    assert "Tuesday, March 16" in reminders(visit)[-1].body
    assert remind(START + 5 * DAY - 2 * DAY) == 1
    assert reminders(moved)[-1].valid_until == START + 5 * DAY


def test_a_cancelled_visit_takes_its_reminder_back(world):
    """Nobody is told to come to a visit that was cancelled."""
    visit = world.book(START)
    remind(START - 2 * DAY)
    take_step(appointment=visit, step=Step.CANCEL, by=world.desk, now=START - 2 * DAY)
    assert [m.status for m in reminders(visit)] == ["withdrawn"]
    assert remind(START - 3 * HOUR) == 0


def test_rules_of_a_kind_of_visit_stand_instead_of_the_general_ones(world):
    """A manager who wants a class reminded once must not get the general reminders as well."""
    ReminderRule.objects.create(visit_type=world.kind, before=DAY)
    visit = world.book(START)
    assert remind(START - 2 * DAY) == 0
    assert remind(START - DAY) == 1
    assert remind(START - 3 * HOUR) == 0
    assert len(reminders(visit)) == 1


def test_a_kind_whose_rules_are_all_off_is_not_reminded_of(world):
    """Switching reminders off for one kind is possible at all."""
    ReminderRule.objects.create(visit_type=world.kind, before=DAY, is_active=False)
    world.book(START)
    assert remind(START - 2 * DAY) == 0


def test_a_new_rule_looks_at_visits_whose_moment_has_passed(world):
    """A rule that is added today speaks for tomorrow's visits too."""
    (rule,) = only_rules(3 * HOUR)
    visit = world.book(START)
    assert remind(START - 2 * DAY) == 0
    ReminderRule.objects.create(before=3 * DAY)
    assert remind(START - 2 * DAY + HOUR / 60) == 1
    assert len(reminders(visit)) == 1
    rule.refresh_from_db()
    assert rule.looked_at == START - 2 * DAY + HOUR / 60


def test_the_operator_sees_the_reminders_that_nobody_has_written_yet(world):
    """What would go out is more than what is written: the calendar says so a day ahead."""
    visit = world.book(START)
    manager = make_user(Role.MANAGER)
    for before, expected in ((9 * DAY, 0), (7 * DAY + 5 * HOUR, 1), (6 * DAY, 0)):
        remind(START - before)
        assert dry_run(manager, now=START - before).unwritten == expected
    take_step(appointment=visit, step=Step.CANCEL, by=world.desk, now=START - 4 * DAY)
    assert dry_run(manager, now=START - 3 * DAY).unwritten == 0
