"""What is done on the board when somebody else does something too."""

import re
from datetime import timedelta

import pytest
import time_machine

from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.short_ids import short_instant
from scheduling.domain.states import Step
from scheduling.models import Appointment
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)
SOON = NOW + timedelta(seconds=20)


@pytest.fixture
def place():
    with time_machine.travel(NOW, tick=False):
        yield Place()


@pytest.fixture
def desk(place):
    return client_of(place.clerk)


@pytest.fixture
def nurse(place):
    return builders.make_user("nurse")


def cell(place, start):
    return f"{place.clinician.pk}/{start:%Y-%m-%dT%H:%M:%SZ}"


def quick_book(place, desk):
    patient = builders.make_patient()
    said = {"at": cell(place, TEN), "patient": patient.pk}
    said["choice"] = f"{place.kind.code}@{TEN.isoformat()}"
    assert desk.post("/desk/quick/", said).status_code == 302
    return Appointment.objects.get(patient=patient)


def moved(place, visit, start, by):
    to = NewPlace(place.site, start, place.clinician)
    return move_appointment(appointment=visit, to=to, by=by, now=SOON)


def stands(visit):
    visit.refresh_from_db()
    return visit.status, visit.start_at


@pytest.mark.parametrize("later", ["confirm", "move", "arrive"])
def test_undoing_a_booking_does_not_undo_what_others_did_with_it(place, desk, nurse, later):
    """The person was told the new time; a stray “u” must not cancel the visit behind them."""
    visit = quick_book(place, desk)
    other = builders.make_user()
    if later == "move":
        moved(place, visit, TEN + 2 * HALF, other)
    else:
        take_step(appointment=visit, step=Step(later), by=other, now=SOON)
    before = stands(visit)
    answer = desk.post("/desk/undo/")
    assert answer.status_code == 409
    assert other.name in answer.content.decode()
    assert stands(visit) == before
    assert desk.post("/desk/undo/").status_code == 302, "it is not offered a second time"
    assert stands(visit) == before


def test_undoing_a_step_does_not_undo_the_next_one_of_somebody_else(place, desk, nurse):
    """The desk takes its own “arrived” back, not the nurse's “in a room”."""
    visit = place.book()
    assert desk.post("/desk/act/", {"arrive": visit.pk}).status_code == 302
    take_step(appointment=visit, step=Step.ROOM, by=nurse, now=SOON)
    answer = desk.post("/desk/undo/")
    assert answer.status_code == 409
    assert "To room" in answer.content.decode()
    assert stands(visit)[0] == "roomed"


def test_undoing_a_move_does_not_undo_a_later_move(place, desk):
    """From nine to eleven, by somebody else to two: nine is nobody's wish any more."""
    visit = place.book()
    said = {"to": cell(place, TEN + 2 * HALF), "visit": visit.pk}
    assert desk.post("/desk/drop/", said).status_code == 302
    moved(place, visit, TEN + 6 * HALF, builders.make_user())
    assert desk.post("/desk/undo/").status_code == 409
    assert stands(visit)[1] == TEN + 6 * HALF


def test_what_nobody_touched_is_still_taken_back(place, desk):
    """The positive control: a booking, a move and a step of one's own."""
    visit = quick_book(place, desk)
    assert desk.post("/desk/undo/").status_code == 302
    assert stands(visit)[0] == "cancelled"
    visit = place.book()
    desk.post("/desk/drop/", {"to": cell(place, TEN + 2 * HALF), "visit": visit.pk})
    assert desk.post("/desk/undo/").status_code == 302
    assert stands(visit)[1] == TEN
    desk.post("/desk/act/", {"arrive": visit.pk})
    assert desk.post("/desk/undo/").status_code == 302
    assert stands(visit)[0] == "booked"


def short_cell(place, start):
    return f"{place.clinician.pk}/{short_instant(start)}"


def test_a_board_that_is_old_moves_nothing(place, desk):
    """What is dragged from ten stands at half past one by now: somebody had a reason for that."""
    visit, other = place.book(), builders.make_user()
    shown = desk.get("/desk/?view=columns&day=2027-01-12").content.decode()
    assert f"data-at={short_instant(TEN)}>" in shown
    moved(place, visit, TEN + 7 * HALF, other)
    said = {"to": cell(place, TEN + HALF), "visit": visit.pk, "was": short_cell(place, TEN)}
    page = {"Dorsa-Columns": "", "Accept": "text/html"}
    answer = desk.post("/desk/drop/?site=1&day=2027-01-12&first=8&last=17", said, headers=page)
    assert answer.status_code == 409
    words = re.sub(r"\s+", " ", answer.content.decode())
    assert f"was moved to 1:30 PM, {place.clinician.name}, by {other.name}" in words
    assert stands(visit)[1] == TEN + 7 * HALF
    said["was"] = short_cell(place, TEN + 7 * HALF)
    assert desk.post("/desk/drop/", said).status_code == 302
    assert stands(visit)[1] == TEN + HALF


def test_a_visit_that_went_to_another_clinician_meanwhile_is_not_dropped(place, desk):
    """The same hour with somebody else is another place, too."""
    second = builders.make_clinician(place.site)
    visit = place.book()
    to = NewPlace(place.site, TEN, second)
    move_appointment(appointment=visit, to=to, by=place.clerk, now=SOON)
    said = {"to": cell(place, TEN + HALF), "visit": visit.pk, "was": short_cell(place, TEN)}
    assert desk.post("/desk/drop/", said).status_code == 409
    assert stands(visit)[1] == TEN


@pytest.mark.parametrize("park", ["key", "panel"])
def test_a_parked_visit_that_was_moved_meanwhile_is_not_dropped(place, desk, park):
    """It may lie on the pinboard for an hour."""
    visit = place.book()
    was = short_cell(place, TEN)
    if park == "panel":
        panel = desk.get(f"/desk/visits/{visit.pk}/").content.decode()
        assert f'name="was" value="{was}"' in panel
    desk.post("/desk/park/", {"visit": visit.pk, "do": "park", "was": was})
    moved(place, visit, TEN + 7 * HALF, builders.make_user())
    assert desk.post("/desk/drop/", {"to": cell(place, TEN + HALF)}).status_code == 409
    assert stands(visit)[1] == TEN + 7 * HALF
    assert desk.post("/desk/drop/", {"to": "1/2", "was": "nonsense"}).status_code == 400


def test_a_drop_on_a_taken_time_without_scripts_shows_other_times(place, desk):
    """A sentence alone leaves the desk with the person on the phone and nothing to offer."""
    place.book(TEN + 2 * HALF)
    visit = place.book()
    answer = desk.post("/desk/drop/", {"to": cell(place, TEN + 2 * HALF), "visit": visit.pk})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert f'action="/desk/appointments/{visit.pk}/move/"' in text
    assert 'name="slot"' in text
    assert stands(visit)[1] == TEN


def test_only_columns_that_can_do_it_offer_to_take_a_parked_visit(place, desk):
    """A button that always answers “not free” is worse than none."""
    special = builders.make_visit_type(30, [{"kind": "clinician", "capability": "pain"}])
    able = builders.make_clinician(place.site, ["pain"])
    visit = place.book(visit_type=special, clinician=able)
    desk.post("/desk/park/", {"visit": visit.pk, "do": "park"})
    text = desk.get("/desk/?view=columns&day=2027-01-13").content.decode()
    taking = re.findall(r'<button name=to value="(\d+)/', text)
    assert set(taking) == {str(able.pk)}
    assert f"?at={place.clinician.pk}/" in text


def test_a_page_that_is_opened_later_offers_no_undo(place, desk):
    """Without scripts nothing takes the offer away: it must not stand on every page for longer."""
    visit = quick_book(place, desk)
    desk.post(f"/desk/appointments/{visit.pk}/steps/", {"step": "confirm"})
    offer = 'action="/desk/undo/"'
    assert offer in desk.get("/desk/?view=list").content.decode()
    with time_machine.travel(NOW + timedelta(seconds=15), tick=False):
        assert offer not in desk.get("/desk/?view=list").content.decode()
        assert desk.post("/desk/undo/").status_code == 302, "whoever still sees it may press it"
    assert stands(visit)[0] == "booked"
