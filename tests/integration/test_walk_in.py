"""Somebody stands at the desk: a visit that begins now."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import NotAllowed
from scheduling.actions.book import walk_in
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.models import Appointment
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place():
    return Place()


def come(place, now=TEN, by=None, **changes):
    wish = {"patient": builders.make_patient(), "visit_type": place.kind, "site": place.site}
    return walk_in(**wish | changes, by=by or place.clerk, now=now)


def test_the_visit_begins_with_the_last_step_of_the_grid(place):
    """The board shows round times; and notice is for those who are not here yet."""
    visit = come(place, now=TEN + 7 * MINUTE + timedelta(seconds=9))
    assert (visit.start_at, visit.status) == (TEN, "arrived")
    assert [event.step for event in visit.events.order_by("id")] == ["book", "arrive"]
    assert Message.objects.count() == 0, "they are here"


@pytest.mark.parametrize("alignment", [20, 30, 60])
def test_a_visit_with_a_coarse_grid_does_not_begin_long_ago(place, alignment):
    """At ten to eleven, a visit that began at ten would be over already."""
    place.kind.alignment_minutes = alignment
    place.kind.save()
    visit = come(place, now=TEN + 52 * MINUTE)
    assert visit.start_at == TEN + 50 * MINUTE


def test_nobody_free_is_said_with_the_next_times(place):
    """The person waits, or comes back: they decide, with times before them."""
    place.book(TEN)
    with pytest.raises(SlotTaken, match="right now") as refused:
        come(place)
    assert refused.value.alternatives[0].start_at > TEN


def test_who_cannot_walk_in(place):
    """Somebody who sits in another room, and whoever may not book."""
    visit = place.book(TEN)
    other = builders.make_clinician(place.site)
    talk = builders.make_visit_type(30, ["clinician"])
    with pytest.raises(PatientBusy):
        come(place, patient=visit.patient, visit_type=talk, clinician=other)
    with pytest.raises(NotAllowed):
        come(place, by=builders.make_user(Role.THERAPIST))
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe"])
def test_the_grid_is_the_wall_clock_s(place, zone):
    """Where the clock stands at half past while UTC is on the hour."""
    place.site.time_zone = zone
    place.site.save()
    visit = come(place, now=NOW + 4 * MINUTE)
    assert visit.start_at.astimezone(place.site.zone).minute % 10 == 0
    assert timedelta() <= NOW + 4 * MINUTE - visit.start_at < 10 * MINUTE
