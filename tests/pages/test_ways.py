"""What the desk can do is reached from where the desk is."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine

from scheduling.actions.hold import place_hold
from scheduling.actions.offers import offer_time
from scheduling.models import Appointment, WaitlistOffer
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.integration.waitlist.conftest import HALF, Line
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
DAY = f"{TEN:%Y-%m-%d}"


@pytest.fixture
def place():
    with time_machine.travel(NOW, tick=False):
        yield Line()


@pytest.fixture
def desk(place):
    return client_of(place.clerk)


def page(client, address, **said):
    return unescape(client.get(address, said).content.decode())


def cell(place, start):
    return f"{place.clinician.pk}/{start:%Y-%m-%dT%H:%M:%SZ}"


def held(place, start=TEN):
    patient = builders.make_patient("Hedi", "Heldfor")
    return place_hold(request=place.request(start, patient=patient), by=place.clerk, now=NOW)


def test_a_held_time_is_found_wherever_somebody_would_look_for_it(place, desk):
    """The desk leaves the page to answer the phone; the time must not be lost for it."""
    hold = held(place)
    way = f"/desk/holds/{hold.pk}/"
    for view in ("columns", "list"):
        shown = page(desk, "/desk/", view=view, day=DAY)
        assert way.removeprefix("/desk/" if view == "columns" else "") in shown, view
    assert way in page(desk, f"/desk/people/{hold.patient_id}/visits/")
    book = page(desk, "/desk/book/", patient=hold.patient_id)
    assert book.index(way) < book.index('id="times"'), "before any other time"
    after = NOW + timedelta(minutes=11)
    with time_machine.travel(after, tick=False):
        assert way not in page(desk, f"/desk/people/{hold.patient_id}/visits/")
        assert way not in page(desk, "/desk/", view="list", day=DAY)


def test_a_held_time_says_what_became_of_it_the_second_it_runs_out(place, desk):
    """A program that reads “held” tells somebody that a time is theirs."""
    hold = held(place)
    address = f"/api/v1/holds/{hold.pk}/"
    assert desk.get(address).json()["status"] == "held"
    with time_machine.travel(hold.expires_at, tick=False):
        assert desk.get(address).json()["status"] == "expired"


def test_a_time_that_is_offered_is_answered_on_the_waitlist(place, desk):
    """Booked past the offer, somebody who wanted to come sooner would have two visits."""
    entry = place.wait()
    offer = offer_time(entry=entry, start_at=TEN, by=place.clerk, now=NOW)
    shown = page(desk, f"/desk/holds/{offer.hold_id}/")
    assert 'href="/desk/waitlist/"' in shown
    assert "Book it" not in shown


def test_the_gap_leads_to_those_who_wait_for_it(place, desk):
    """Somebody is asked before the time is lost: from the gap, with how many could come."""
    assert "Offer to who waits" not in page(desk, "/desk/quick/", at=cell(place, TEN))
    entry = place.wait()
    shown = page(desk, "/desk/quick/", at=cell(place, TEN))
    way = re.search(r'href="(/desk/waitlist/for/[^"]+)">Offer to who waits \(1\)', shown)
    candidates = page(desk, way[1])
    assert entry.patient.family_name in candidates
    slot = re.search(r'name="slot"\s+value="([^"]+)"', candidates)[1]
    desk.post(f"/desk/waitlist/{entry.pk}/times/", {"slot": slot})
    assert WaitlistOffer.objects.get().hold.start_at.date() == TEN.date()


def test_every_booking_is_taken_back_by_the_same_key(place, desk):
    """Booked by “b”, from a hold or into a gap: a slip of the hand is the same slip."""
    patient = builders.make_patient()
    said = {"patient": patient.pk, "visit_type": place.kind.code, "site": place.site.pk}
    said["slot"] = f"{TEN.isoformat()}/{place.clinician.pk}"
    hold = held(place, TEN + 2 * HALF)
    for address, sent in (("/desk/book/", said), (f"/desk/holds/{hold.pk}/book/", {})):
        answer = desk.post(address, sent, follow=True).content.decode()
        assert 'action="/desk/undo/"' in answer
        assert "is booked for" in answer
        word = desk.post("/desk/undo/", follow=True).content.decode()
        assert "Taken back" in word, "also where no script says it"
    assert {visit.status for visit in Appointment.objects.all()} == {"cancelled"}


def test_a_course_begins_with_the_question_for_whom(place, desk):
    """An address that somebody kept, or a menu, must not end in an error."""
    patient = builders.make_patient("Carl", "Courseful")
    assert desk.get("/desk/series/new/").status_code == 200
    assert f"/desk/series/new/?patient={patient.pk}" in page(desk, "/desk/series/new/", q="coursef")
