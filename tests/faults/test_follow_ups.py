"""Several workers at once move what is too late exactly once, and write to nobody twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from scheduling.actions.asking import ask_due
from tests import builders
from tests.record_builders import make_follow_up
from treatments.actions.escalations import escalate_overdue
from treatments.models import FollowUpEvent

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, PEOPLE = 4, 12


def at_once(work):
    """What each of several workers that begin together gives back."""
    gate = Barrier(WORKERS)

    def one(_number):
        try:
            gate.wait(timeout=30)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def test_two_workers_move_and_ask_once():
    """Doubled, a physician reads everything twice and a person gets four messages a night."""
    builders.make_site()
    builders.make_user(Role.PHYSICIAN)
    now = timezone.now()
    for _number in range(PEOPLE):
        patient = builders.make_patient(email="ana@example.org")
        make_follow_up(patient, due_at=now - timedelta(days=9))
        make_follow_up(patient, due_at=now + timedelta(hours=2), step="safety-call")
    assert sum(at_once(lambda: escalate_overdue(by=None, now=now))) == PEOPLE
    assert FollowUpEvent.objects.filter(kind="escalated").count() == PEOPLE
    assert sum(at_once(lambda: ask_due(limit=100, by=None, now=now))) == PEOPLE
    assert Message.objects.count() == PEOPLE
