"""A clinic in the morning, with a clock that the tests hold."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

HALF = timedelta(minutes=30)


class Clinic(Place):
    """Visits at ten, half past ten, eleven …; the clinician signs in."""

    def __init__(self):
        super().__init__()
        self.physician = builders.make_user("physician")
        self.clinician.user = self.physician
        self.clinician.save()
        self.visits = []

    def visit(self, **changes):
        start = TEN + len(self.visits) * HALF
        self.visits.append(self.book(start, now=NOW, **changes))
        return self.visits[-1]

    def step(self, visit, step, now, by=None):
        return take_step(appointment=visit, step=Step(step), by=by or self.clerk, now=now)


@pytest.fixture
def clinic(db):
    return Clinic()


@pytest.fixture
def at():
    """Moves the clock of pages; the fixture undoes it."""
    held = []

    def travel(instant):
        for one in held:
            one.stop()
        held[:] = [time_machine.travel(instant, tick=False)]
        held[0].start()

    yield travel
    for one in held:
        one.stop()


@pytest.fixture
def stranger():
    return Client(raise_request_exception=False)
