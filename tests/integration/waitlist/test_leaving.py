"""Whoever gets what they waited for waits no longer, however they got it."""

from datetime import date, timedelta

import pytest

from clinic.messaging.models import Message
from scheduling.actions.book import walk_in
from scheduling.actions.errors import SlotTaken
from scheduling.actions.hold import book_hold, place_hold
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import offer_time
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.series import CourseRequest, book_series
from scheduling.models import Opening, Reservation
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.integration.waitlist.conftest import HALF, Line

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def place():
    return Line()


def offer(place, entry, start_at=TEN + DAY):
    return offer_time(entry=entry, start_at=start_at, by=place.clerk, now=NOW)


def reread(row):
    row.refresh_from_db()
    return row


def book(place, patient, start_at=TEN):
    return place.book(start_at, patient=patient)


def hold_and_book(place, patient):
    hold = place_hold(request=place.request(patient=patient), by=place.clerk, now=NOW)
    return book_hold(hold=hold, by=place.clerk, now=NOW)


def overbook(place, patient):
    place.book()
    request = place.request(patient=patient)
    return overbook_appointment(request=request, reason="In pain", by=place.clerk, now=NOW)


def come_in(place, patient):
    return walk_in(patient=patient, visit_type=place.kind, site=place.site, by=place.clerk, now=NOW)


def book_course(place, patient):
    times = [(TEN, None), (TEN + 7 * DAY, None)]
    wish = CourseRequest(patient, place.kind, place.site, times, 1)
    return book_series(request=wish, by=place.clerk, now=NOW).appointments.first()


WAYS = [book, hold_and_book, overbook, come_in, book_course]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whoever_is_booked_another_way_leaves_the_list(place, way):
    """An offer for a visit one has already is noise, and keeps a time from others."""
    entry = place.wait()
    offered = offer(place, entry)
    visit = way(place, entry.patient)
    entry = reread(entry)
    assert (entry.status, entry.ended_at) == ("booked", NOW)
    assert entry.appointment.patient == visit.patient
    assert reread(offered).status == "withdrawn"
    assert reread(offered.hold).status == "released"
    assert not Reservation.objects.filter(hold=offered.hold).exists()
    assert Message.objects.get(about=f"offer:{offered.pk}").status == "withdrawn"
    assert Opening.objects.filter(cause="hold", start_at=TEN + DAY).exists()


def test_their_own_offer_is_not_in_the_way_of_their_booking(place):
    """They ring to say yes, and the clerk books the time instead of answering for them."""
    entry = place.wait()
    offered = offer(place, entry, TEN)
    visit = book(place, entry.patient, TEN + timedelta(minutes=10))
    assert visit.start_at == TEN + timedelta(minutes=10)
    assert reread(entry).appointment == visit
    assert reread(offered).status == "withdrawn"


def test_a_booking_that_is_refused_takes_nobody_off(place):
    """Whoever got nothing still waits, and what was offered to them is still theirs."""
    entry = place.wait()
    place.book()
    offered = offer(place, entry)
    with pytest.raises(SlotTaken):
        book(place, entry.patient)
    assert reread(entry).status == "waiting"
    assert reread(offered).status == "open"
    assert Reservation.objects.filter(hold=offered.hold).exists()


def test_another_kind_of_visit_or_another_time_is_not_what_they_waited_for(place):
    """Who waits for a first visit in January is not served by a talk or one in February."""
    entry = place.wait(latest_date=date(2027, 1, 31))
    talk = builders.make_visit_type(30, ["clinician"])
    place.book(patient=entry.patient, visit_type=talk)
    place.book(TEN + 25 * DAY, patient=entry.patient)
    assert reread(entry).status == "waiting"


def test_the_last_day_is_one_of_the_site_s_clock(place):
    """In New York it is still Tuesday when it is Wednesday in Greenwich."""
    site = builders.make_site("America/New_York")
    builders.make_clinician(site)
    kind = builders.make_visit_type(30, ["clinician"])
    place.site, place.kind, place.clinician = site, kind, None
    entry = place.wait(earliest_date=date(2027, 1, 12), latest_date=date(2027, 1, 12))
    night = TEN.replace(day=13, hour=1)
    place.book(night, patient=entry.patient)
    assert reread(entry).status == "booked"


def test_who_wants_to_come_sooner_leaves_only_for_something_sooner(place):
    """Moved by hand to an earlier day, they have what they waited for; to a later one, not."""
    visit = place.book(TEN + 7 * DAY)
    entry = place.wait(patient=visit.patient, appointment=visit)
    offered = offer(place, entry)
    move = {"by": place.clerk, "now": NOW}
    move_appointment(appointment=visit, to=NewPlace(place.site, TEN + 8 * DAY), **move)
    assert (reread(entry).status, reread(offered).status) == ("waiting", "open")
    move_appointment(appointment=visit, to=NewPlace(place.site, TEN + DAY + HALF), **move)
    assert (reread(entry).status, reread(offered).status) == ("booked", "withdrawn")


def test_booking_the_hold_of_an_offer_is_saying_yes(place):
    """The desk may find the hold on the board instead of the offer on the list."""
    entry = place.wait()
    offered = offer(place, entry)
    visit = book_hold(hold=offered.hold, by=place.clerk, now=NOW)
    assert (reread(entry).status, entry.appointment) == ("booked", visit)
    assert reread(offered).status == "accepted"
