"""Two doors, one counter: whoever comes in at the same instant gets a number of their own."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from scheduling.actions import tickets
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, QueueTicket
from tests import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ARRIVALS = 8


def arrive_at_once(visits, clerk, now):
    """Each in a thread and a connection of its own; what was raised."""
    start, raised = threading.Barrier(len(visits)), []

    def run(visit):
        try:
            start.wait()
            take_step(appointment=visit, step=Step.ARRIVE, by=clerk, now=now)
        except IntegrityError as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[visit]) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def scene():
    site = builders.make_site()
    kind, clerk, now = builders.make_visit_type(), builders.make_user(), timezone.now()
    visits = [
        Appointment.objects.create(
            patient=builders.make_patient(),
            visit_type=kind,
            site=site,
            start_at=now,
            end_at=now + timedelta(minutes=30),
            status_at=now,
            booked_by=clerk,
        )
        for _ in range(ARRIVALS)
    ]
    return visits, clerk, now


def numbers():
    return sorted(QueueTicket.objects.values_list("number", flat=True))


def test_nobody_shares_a_number_and_none_is_left_out(scene):
    """Two people who both stand up for “7” lose their trust in the screen."""
    assert arrive_at_once(*scene) == []
    assert numbers() == list(range(1, ARRIVALS + 1))


def test_without_the_queue_numbers_collide(scene, monkeypatch):
    """The positive control: the lock is what keeps them apart, the constraint what would notice."""
    monkeypatch.setattr(tickets, "_queue_up", lambda site: None)
    write = QueueTicket.objects.get_or_create

    def later(**fields):
        time.sleep(0.3)
        return write(**fields)

    monkeypatch.setattr(QueueTicket.objects, "get_or_create", later)
    assert arrive_at_once(*scene)
    assert len(numbers()) < ARRIVALS
