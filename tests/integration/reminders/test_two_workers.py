"""Two workers at the same moment, and a desk in between: one reminder, none lost."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from scheduling.models import Appointment, ReminderRule
from tests.builders import make_patient
from tests.integration.reminders.worlds import (
    BOOKED_AT,
    DAY,
    HOUR,
    World,
    only_rules,
    remind,
    reminders,
)

pytestmark = pytest.mark.django_db(transaction=True)
START = BOOKED_AT + 5 * DAY
NOW = START - 2 * DAY + HOUR


def at_once(*functions):
    """Run these in threads with connections of their own, all from the same moment on."""
    barrier, answers = Barrier(len(functions)), []

    def run(function):
        try:
            barrier.wait()
            answers.append(function())
        finally:
            connection.close()

    threads = [Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_workers_write_each_reminder_once():
    """Two beats, or a redelivered task, are what happens on a bad day."""
    only_rules(2 * DAY)
    world = World()
    for number in range(12):
        world.book(START + number * HOUR / 2, person=make_patient(email=f"p{number}@example.org"))
    now = START + 6 * HOUR - 2 * DAY
    for _round in range(3):
        at_once(*[lambda: remind(now)] * 2)
    keys = [message.dedupe_key for message in reminders()]
    assert len(keys) == len(set(keys)) == 12


def test_what_somebody_is_changing_is_reminded_of_later_and_not_forgotten():
    """Whoever skips a locked row must come back to it."""
    (rule,) = only_rules(2 * DAY)
    world = World()
    visit = world.book(START)
    with transaction.atomic():
        Appointment.objects.select_for_update().get(pk=visit.pk)
        assert at_once(lambda: remind(NOW)) == [0]
    rule.refresh_from_db()
    assert rule.looked_at is None, "the rule has not looked at everything yet"
    assert remind(NOW + HOUR) == 1
    assert remind(NOW + HOUR) == 0
    assert ReminderRule.objects.get().looked_at == NOW + HOUR
