"""Booking over what is taken: meant by one person, and by nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.assign import assign_resource
from scheduling.actions.book import book_appointment
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.actions.overbook import CannotBeFilled, overbook_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, Reservation, TimeOff
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)
WHY = "She is in great pain"


@pytest.fixture
def place():
    return Place()


def overbook(place, start_at=TEN, reason=WHY, **changes):
    request = place.request(start_at, **changes)
    return overbook_appointment(request=request, reason=reason, by=place.clerk, now=NOW)


def cancel(place, visit):
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)


def undo(place, visit):
    return undo_step(appointment=visit, by=place.clerk, now=NOW)


def outside(visit):
    return {row.resource_id for row in visit.reservations.filter(is_overbooked=True)}


def test_only_what_is_taken_is_booked_over(place):
    """The second room is free: its guard stays on."""
    place.book()
    visit = overbook(place)
    assert outside(visit) == {place.clinician.pk, place.machine.pk}
    assert visit.overbooking_reason == WHY
    assert visit.events.get().note == WHY


def test_without_anything_in_the_way_it_is_a_booking_like_any_other(place):
    """A reason that was never needed would count as an overbooking in every report."""
    visit = overbook(place)
    assert (outside(visit), visit.overbooking_reason) == (set(), "")


def test_outside_opening_hours_needs_a_reason_but_stays_guarded(place):
    """Nobody else is booked over: the constraint goes on guarding the place."""
    during = DateTimeTZRange(TEN, TEN + HALF)
    TimeOff.objects.create(site=place.site, resource=place.clinician, during=during)
    visit = overbook(place)
    assert (outside(visit), visit.overbooking_reason) == (set(), WHY)


@pytest.mark.parametrize("reason", ["", "  ", "now  "])
def test_a_reason_is_needed(place, reason):
    """Who asks later must find an answer."""
    with pytest.raises(Invalid, match="why"):
        overbook(place, reason=reason)


def test_what_no_reason_helps_against(place):
    """No machine, no permission, no second body."""
    visit = place.book()
    other = builders.make_clinician(place.site)
    with pytest.raises(PatientBusy):
        overbook(place, patient=visit.patient, clinician=other)
    with pytest.raises(NotAllowed):
        overbook_appointment(
            request=place.request(), reason=WHY, by=builders.make_user(Role.NURSE), now=NOW
        )
    place.machine.is_active = False
    place.machine.save()
    with pytest.raises(CannotBeFilled, match="fluoroscopy"):
        overbook(place, TEN + 4 * HALF)
    assert Appointment.objects.count() == 1


def test_an_overbooked_time_is_not_offered(place):
    """When the visit below is cancelled, the one above still comes."""
    below = place.book()
    overbook(place)
    cancel(place, below)
    search = SlotSearch(place.kind, [place.site], TEN, TEN + HALF)
    assert TEN not in {slot.start_at for slot in free_slots(place.clerk, search, now=NOW)}
    with pytest.raises(SlotTaken):
        place.book()


def test_who_decided_before_an_overbooking_came_does_not_land_on_it(place, monkeypatch):
    """The constraint does not see an overbooked row: the booking must look once more."""
    from scheduling.actions import reserve

    talk = builders.make_visit_type(30, ["clinician"])
    place.book(TEN + HALF, visit_type=talk)
    choose, over = reserve.choose, []

    def choose_then_wait(*args, **kwargs):
        chosen = choose(*args, **kwargs)
        if not over:
            # Reaches from the free half hour into the taken one.
            over.append(overbook(place, TEN + timedelta(minutes=10), visit_type=talk))
        return chosen

    monkeypatch.setattr(reserve, "choose", choose_then_wait)
    with pytest.raises(SlotTaken):
        place.book(TEN, visit_type=talk)
    assert over[0].status == "booked"


def test_taking_a_cancellation_back_does_not_land_on_an_overbooking(place):
    """The place was given to somebody meanwhile, if only over somebody else."""
    gone = place.book()
    cancel(place, gone)
    between = place.book(TEN + timedelta(minutes=20))
    overbook(place, TEN)
    cancel(place, between)
    with pytest.raises(SlotTaken):
        undo(place, gone)
    assert Reservation.objects.filter(appointment=gone, is_active=True).count() == 0


def test_an_overbooked_visit_comes_back_over_those_it_was_booked_over(place):
    """A slip of the mouse changes nothing about who agreed to what."""
    place.book()
    visit = overbook(place)
    cancel(place, visit)
    assert undo(place, visit).status == "booked"
    assert visit.reservations.filter(is_active=True).exists()


def test_a_visit_comes_back_under_the_one_that_was_booked_over_it(place):
    """They had that time together before, and somebody had said why."""
    below = place.book()
    overbook(place)
    cancel(place, below)
    assert undo(place, below).status == "booked"


def test_an_overbooked_visit_does_not_come_back_over_somebody_new(place):
    """Nobody agreed to that one."""
    below = place.book(TEN + timedelta(minutes=20))
    visit = overbook(place)
    cancel(place, visit)
    cancel(place, below)
    place.book(TEN)
    with pytest.raises(SlotTaken):
        undo(place, visit)


def test_an_overbooked_visit_in_a_free_room_is_guarded_again(place):
    """Moved out of the crowd, it is a visit like any other."""
    place.rooms[1].delete()
    first = place.book()
    visit = overbook(place)
    assert place.rooms[0].pk in outside(visit)
    free = builders.make_resource(place.site)
    assign_resource(appointment=visit, old=place.rooms[0], new=free, by=place.clerk, now=NOW)
    assert free.pk not in outside(visit)
    assert first.reservations.filter(resource=place.rooms[0], is_active=True).exists()


def test_two_overbookings_may_share_a_time(place):
    """Each of them was meant."""
    place.book()
    visits = [overbook(place) for _ in range(2)]
    assert all(outside(visit) for visit in visits)


def test_a_booking_beside_an_overbooking_goes_on(place):
    """The look at overbooked rows refuses what overlaps, and nothing that touches."""
    place.book()
    overbook(place)
    request = place.request(TEN + 2 * HALF)
    assert book_appointment(request=request, by=place.clerk, now=NOW).status == "booked"


def test_an_hour_that_the_clock_shows_twice_is_asked_back():
    """At 1:40 on Lord Howe, 4 April, half an hour lies between the two: nobody guesses."""
    with time_machine.travel(NOW, tick=False):
        site = builders.make_site("Australia/Lord_Howe")
        clinician, patient = builders.make_clinician(site), builders.make_patient()
        kind = builders.make_visit_type(20, ["clinician"], horizon_days=200)
        desk = client_of(builders.make_user())
        wish = {"patient": patient.pk, "visit_type": kind.code, "site": site.pk}
        wish |= {"clinician": clinician.pk, "day": "2027-04-04", "clock": "01:40"}
        asked = desk.get("/desk/book/anyway/", wish)
        assert (asked.status_code, b"Which of the two" in asked.content) == (200, True)
        assert desk.post("/desk/book/anyway/", wish).status_code == 422
        assert not Appointment.objects.exists()
        first = datetime(2027, 4, 3, 14, 40, tzinfo=UTC)
        for which, start_at in (("first", first), ("second", first + HALF)):
            text = desk.get("/desk/book/anyway/", wish | {"which": which}).content.decode()
            assert f'name="which" value="{which}"' in text
            assert desk.post("/desk/book/anyway/", wish | {"which": which}).status_code == 302
            assert Appointment.objects.filter(patient=patient, start_at=start_at).exists()
        skipped = wish | {"day": "2027-10-03", "clock": "02:15"}
        assert desk.get("/desk/book/anyway/", skipped).status_code == 400
