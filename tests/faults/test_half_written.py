"""Whichever statement fails, nothing stays half written: the power may go at any moment."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from scheduling.actions.assign import assign_resource
from scheduling.actions.book import walk_in
from scheduling.actions.hold import book_hold, expire_holds, place_hold, release_hold
from scheduling.actions.move import NewPlace, move_appointment, move_to_hold
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

pytestmark = pytest.mark.django_db(transaction=True)
LATER = TEN + timedelta(hours=3)

# Everything a booking may touch, row by row; the versions tell of each change.
TABLES = """
    appointment appointmentevent reservation hold groupsession groupseat opening
    appointmentversion reservationversion holdversion
"""


class Crowded(Place):
    """The clinic of the booking tests, with short words for what the cases need."""

    def cancelled(self):
        visit = self.book()
        take_step(appointment=visit, step=Step.CANCEL, by=self.clerk, now=NOW)
        return visit

    def held(self, **changes):
        return place_hold(request=self.request(**changes), by=self.clerk, now=NOW)


def _hold(place):
    return place_hold, {"request": place.request()}


def _book_hold(place):
    return book_hold, {"hold": place.held()}


def _release_hold(place):
    return release_hold, {"hold": place.held()}


def _expire_holds(place):
    place.held()
    return expire_holds, {"now": NOW + timedelta(hours=1)}


def _move(place):
    return move_appointment, {"appointment": place.book(), "to": NewPlace(place.site, LATER)}


def _move_to_hold(place):
    visit = place.book(LATER)
    return move_to_hold, {"appointment": visit, "hold": place.held(patient=visit.patient)}


def _cancel(place):
    return take_step, {"appointment": place.book(), "step": Step.CANCEL}


def _undo(place):
    return undo_step, {"appointment": place.cancelled()}


def _swap_rooms(place):
    visit = place.book()
    builders.make_resource(place.site, "equipment", ["fluoroscopy"])
    place.book(clinician=builders.make_clinician(place.site))
    old, new = place.rooms
    return assign_resource, {"appointment": visit, "old": old, "new": new}


def _overbook(place):
    place.book()
    return overbook_appointment, {"request": place.request(), "reason": "great pain"}


def _walk_in(place):
    patient = builders.make_patient(email="ana@example.org")
    return walk_in, {"patient": patient, "visit_type": place.kind, "site": place.site}


def _book_group(place):
    from scheduling.actions.book import book_appointment

    kind = builders.make_visit_type(30, capacity=3)
    return book_appointment, {"request": place.request(visit_type=kind)}


def _leave_group(place):
    kind = builders.make_visit_type(30, capacity=3)
    return take_step, {"appointment": place.book(visit_type=kind), "step": Step.CANCEL}


CASES = [
    _hold,
    _book_hold,
    _release_hold,
    _expire_holds,
    _move,
    _move_to_hold,
    _cancel,
    _undo,
    _swap_rooms,
    _overbook,
    _walk_in,
    _book_group,
    _leave_group,
]


def everything():
    with connection.cursor() as cursor:
        found = {}
        for table in [*(f"scheduling_{name}" for name in TABLES.split()), "messaging_message"]:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
        cursor.execute("SELECT t::text FROM patients_careteammember t ORDER BY 1")
        return found | {"care team": cursor.fetchall()}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_whichever_statement_fails_nothing_has_changed(case):
    """Every statement of the action fails once; the last run shows that it works without that."""
    place = Crowded()
    action, arguments = case(place)
    arguments = {"by": place.clerk, "now": NOW} | arguments
    before = everything()
    for nth in range(1, 150):
        left = nth

        def fail_at_nth(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left == 0:
                raise OperationalError("the power went")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail_at_nth):
                action(**arguments)
        except OperationalError:
            assert everything() == before, f"statement {nth} left something behind"
        else:
            break
    assert nth > 4
    assert everything() != before
