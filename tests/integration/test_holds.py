"""Holds: a time is really kept, for one, and for as long as was said."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.errors import PatientBusy, PlaceGone, SlotTaken
from scheduling.actions.hold import HoldGone, book_hold, expire_holds, place_hold, release_hold
from scheduling.actions.move import move_to_hold
from scheduling.models import (
    Appointment,
    HoldStatus,
    Opening,
    Reservation,
    Resource,
    Site,
    TimeOff,
    VisitType,
)
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TEN_MINUTES = 10 * MINUTE


@pytest.fixture
def place():
    return Place()


def held(place, start_at=TEN, lasting=TEN_MINUTES, **changes):
    request = place.request(start_at, **changes)
    return place_hold(request=request, lasting=lasting, by=place.clerk, now=NOW)


def spans(rows):
    return sorted((r.resource_id, r.during.lower, r.during.upper) for r in rows)


def test_a_hold_takes_what_the_visit_would_and_nobody_is_told(place):
    """Cleaning included: else the visit would not fit when it is booked."""
    hold = held(place)
    kept = spans(hold.reservations.all())
    assert (hold.status, hold.expires_at) == (HoldStatus.HELD, NOW + TEN_MINUTES)
    assert Message.objects.count() == 0
    with pytest.raises(SlotTaken):
        place.book()
    visit = book_hold(hold=hold, reason="knee", by=place.clerk, now=NOW + MINUTE)
    assert spans(visit.reservations.all()) == kept
    assert visit.reason == "knee"
    hold.refresh_from_db()
    assert (hold.status, hold.appointment) == (HoldStatus.BOOKED, visit)
    assert not hold.reservations.exists()
    assert Message.objects.get().kind == "appointment_booked"


def test_a_hold_is_booked_once(place):
    """Two clerks press the same button."""
    hold = held(place)
    book_hold(hold=hold, by=place.clerk, now=NOW)
    with pytest.raises(HoldGone):
        book_hold(hold=hold, by=place.clerk, now=NOW)
    with pytest.raises(HoldGone):
        release_hold(hold=hold, by=place.clerk, now=NOW)
    assert Appointment.objects.count() == 1


def test_a_hold_let_go_frees_its_place_at_once(place):
    """Nobody waits for a clock when somebody said no."""
    hold = held(place)
    release_hold(hold=hold, by=place.clerk, now=NOW)
    assert not Reservation.objects.exists()
    assert place.book().status == "booked"
    with pytest.raises(HoldGone):
        book_hold(hold=hold, by=place.clerk, now=NOW)


def test_a_hold_ends_with_its_last_instant(place):
    """Half-open, as everything: at the end itself it holds no more."""
    hold = held(place)
    with pytest.raises(HoldGone):
        book_hold(hold=hold, by=place.clerk, now=NOW + TEN_MINUTES)
    assert place.book(now=NOW + TEN_MINUTES).status == "booked"


def test_holds_that_ran_out_are_cleared_away_and_living_ones_stay(place):
    """Twice in a row is harmless."""
    late, alive = held(place), held(place, TEN + timedelta(hours=1), 2 * TEN_MINUTES)
    now = NOW + TEN_MINUTES
    assert expire_holds(by=None, now=now) == [late]
    assert expire_holds(by=None, now=now) == []
    late.refresh_from_db()
    alive.refresh_from_db()
    assert (late.status, alive.status) == (HoldStatus.EXPIRED, HoldStatus.HELD)
    assert {row.hold for row in Reservation.objects.all()} == {alive}


@pytest.mark.parametrize("taken", ["everything", "clinician", "room"])
def test_whose_place_was_given_away_gets_no_visit_without_one(place, taken):
    """Two clocks a moment apart: who came later by the clock took the lock, and the place, first.

    A visit that takes up nothing would stand on the board, and nobody would be there.
    """
    hold = held(place)
    rows = hold.reservations.all()
    if taken != "everything":
        rows = rows.filter(resource__kind=taken)
    rows.delete()
    with pytest.raises(HoldGone):
        book_hold(hold=hold, by=place.clerk, now=NOW)
    assert Appointment.objects.count() == 0
    assert not place.request().patient.appointments.exists()


def test_a_hold_does_not_put_a_person_in_two_places(place):
    """They were booked elsewhere while they thought about it."""
    hold = held(place)
    talk = builders.make_visit_type(30, ["clinician"])
    other = builders.make_clinician(place.site)
    place.book(patient=hold.patient, visit_type=talk, clinician=other)
    with pytest.raises(PatientBusy):
        book_hold(hold=hold, by=place.clerk, now=NOW)
    hold.refresh_from_db()
    assert hold.status == HoldStatus.HELD
    assert hold.reservations.exists(), "still held: the refusal left it as it was"


@pytest.mark.parametrize("lasting", [timedelta(), -MINUTE, timedelta(hours=24, seconds=1)])
def test_a_hold_lasts_a_while_and_not_for_ever(place, lasting):
    """A place that is held without end is a place that is lost."""
    with pytest.raises(Invalid, match="24 hours"):
        held(place, lasting=lasting)


def test_what_cannot_be_held_says_so(place):
    """Past times, and people without the permission."""
    with pytest.raises(Invalid, match="passed"):
        held(place, NOW - timedelta(hours=1))
    with pytest.raises(NotAllowed):
        place_hold(request=place.request(), by=builders.make_user(Role.THERAPIST), now=NOW)
    hold = held(place)
    with pytest.raises(NotAllowed):
        book_hold(hold=hold, by=builders.make_user(Role.THERAPIST), now=NOW)
    with pytest.raises(SlotTaken) as refused:
        held(place)
    assert refused.value.alternatives


def test_the_clinic_holds_by_itself_and_the_person_books(place):
    """An offer that is accepted through a link: nobody of the staff sits before it."""
    hold = place_hold(request=place.request(), by=None, now=NOW)
    visit = book_hold(hold=hold, by=None, now=NOW)
    assert (hold.held_by, visit.booked_by, visit.events.get().by) == (None, None, None)


def test_a_visit_is_brought_forward_to_what_was_held_for_it(place):
    """The former place is free then, and the hold is used up."""
    visit = place.book(TEN + timedelta(hours=3))
    hold = held(place, patient=visit.patient)
    kept = spans(hold.reservations.all())
    moved = move_to_hold(appointment=visit, hold=hold, by=None, now=NOW)
    assert (moved.start_at, spans(moved.reservations.all())) == (TEN, kept)
    hold.refresh_from_db()
    assert (hold.status, hold.appointment) == (HoldStatus.BOOKED, moved)
    assert place.book(TEN + timedelta(hours=3)).status == "booked"


def test_a_hold_is_for_one_person_and_one_kind_of_visit(place):
    """Another one's visit must not take what was kept for somebody."""
    hold = held(place)
    visit = place.book(TEN + timedelta(hours=3))
    with pytest.raises(Invalid):
        move_to_hold(appointment=visit, hold=hold, by=place.clerk, now=NOW)
    talk = builders.make_visit_type(30, ["clinician"])
    other = place.book(TEN + timedelta(hours=5), patient=hold.patient, visit_type=talk)
    with pytest.raises(Invalid):
        move_to_hold(appointment=other, hold=hold, by=place.clerk, now=NOW)


def test_an_expired_hold_is_in_nobody_s_way_before_it_is_cleared_away(place):
    """The clean-up may be late: undo, another room and moving must not notice."""
    from scheduling.actions.assign import assign_resource
    from scheduling.actions.steps import take_step, undo_step
    from scheduling.domain.states import Step

    visit = place.book()
    take_step(appointment=visit, step=Step.CANCEL, by=place.clerk, now=NOW)
    held(place)
    later = NOW + TEN_MINUTES
    assert undo_step(appointment=visit, by=place.clerk, now=later).status == "booked"
    end = TEN + timedelta(minutes=30)
    stale = builders.make_hold(place.site, TEN, end, later)
    Reservation.objects.create(
        resource=place.rooms[1],
        during=DateTimeTZRange(TEN, end),
        kind="hold",
        hold=stale,
        expires_at=later,
    )
    first, second = place.rooms
    assign_resource(appointment=visit, old=first, new=second, by=place.clerk, now=later)
    assert visit.reservations.filter(resource=second, kind="appointment").exists()


def test_a_time_that_was_let_go_is_written_down_for_who_waits(place):
    """Ten minutes of hesitation must not cost the next in line their chance."""
    release_hold(hold=held(place), by=place.clerk, now=NOW)
    assert Opening.objects.get().cause == "hold"
    expire_holds(by=None, now=held(place).expires_at)
    assert Opening.objects.count() == 2


def test_a_hold_ends_when_its_time_begins(place):
    """A time that has begun cannot be come to any more."""
    hold = held(place, lasting=timedelta(hours=24))
    assert hold.expires_at == TEN


def away(place, resource):
    """Somebody enters leave, or closes the site, in the minutes in which a time is held."""
    during = DateTimeTZRange(TEN + 10 * MINUTE, TEN + timedelta(hours=8))
    TimeOff.objects.create(site=place.site, resource=resource, during=during)


CHANGES = {
    "away": (lambda place: away(place, place.clinician), "closed or away"),
    "closed": (lambda place: away(place, None), "closed or away"),
    "retired": (
        lambda place: Resource.objects.filter(pk=place.clinician.pk).update(is_active=False),
        "out of use",
    ),
    "unable": (lambda place: place.machine.capabilities.clear(), "cannot be used"),
    "site": (lambda place: Site.objects.update(is_active=False), "out of use"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_held_is_not_booked_once_it_is_not_there_any_more(place, change):
    """Somebody would come to a clinician who is on leave."""
    visit = place.book(TEN + timedelta(days=1))
    hold, other = held(place), held(place, TEN + timedelta(hours=1), patient=visit.patient)
    happens, words = CHANGES[change]
    happens(place)
    with pytest.raises(PlaceGone, match=words):
        book_hold(hold=hold, by=place.clerk, now=NOW)
    with pytest.raises(PlaceGone, match=words):
        move_to_hold(appointment=visit, hold=other, by=place.clerk, now=NOW)
    hold.refresh_from_db()
    assert hold.status == HoldStatus.HELD
    assert release_hold(hold=hold, by=place.clerk, now=NOW).status == HoldStatus.RELEASED


def test_a_kind_of_visit_that_is_offered_no_more_is_not_booked(place):
    """Neither from a hold, nor as one more visit of a course."""
    hold = held(place)
    VisitType.objects.update(is_active=False)
    place.kind.refresh_from_db()
    with pytest.raises(PlaceGone, match="not offered"):
        book_hold(hold=hold, by=place.clerk, now=NOW)
    with pytest.raises(Invalid, match="not offered"):
        held(place, TEN + timedelta(hours=1))
    with pytest.raises(Invalid, match="not offered"):
        place.book(TEN + timedelta(hours=1))


def test_one_person_is_kept_one_time(place):
    """Two times at once for somebody who can use one: the other is lost to everybody else."""
    builders.make_clinician(place.site)
    builders.make_resource(place.site, "equipment", ["fluoroscopy"])
    hold = held(place)
    with pytest.raises(PatientBusy, match="held for this person"):
        held(place, TEN + 20 * MINUTE, patient=hold.patient, clinician=None)
    later = NOW + TEN_MINUTES
    request = place.request(TEN + 20 * MINUTE, patient=hold.patient, clinician=None)
    assert place_hold(request=request, by=place.clerk, now=later).status == "held"
    visit = place.book(TEN + timedelta(hours=2))
    with pytest.raises(PatientBusy, match="already has a visit"):
        held(place, TEN + timedelta(hours=2), patient=visit.patient, clinician=None)


def test_the_api_refuses_what_is_held_for_a_clinician_on_leave(place):
    """409 with a sentence, and the time is still held."""
    now = timezone.now()
    tomorrow = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    hold = place_hold(request=place.request(tomorrow), by=place.clerk, now=now)
    away_then = DateTimeTZRange(tomorrow, tomorrow + timedelta(hours=1))
    TimeOff.objects.create(site=place.site, resource=place.clinician, during=away_then)
    answer = client_of(place.clerk).post(
        f"/api/v1/holds/{hold.pk}/book/", {"reason": ""}, content_type="application/json"
    )
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == "place_gone"
    assert "closed or away" in answer.json()["detail"]
