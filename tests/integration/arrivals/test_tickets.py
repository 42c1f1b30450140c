"""Numbers for those who wait, and who gets in by them."""

from datetime import timedelta

from scheduling.actions.steps import arrive_by_link, take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import QueueTicket
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.privacy import may_read

MINUTE = timedelta(minutes=1)


def number(visit):
    return QueueTicket.objects.filter(appointment=visit).values_list("number", flat=True).first()


def test_numbers_count_from_one_in_the_order_of_arrival(clinic):
    """Whoever comes first is 1, whoever's visit is first."""
    early, late = clinic.visit(), clinic.visit()
    clinic.step(late, "arrive", NOW)
    clinic.step(early, "arrive", NOW + MINUTE)
    assert (number(late), number(early)) == (1, 2)


def test_a_mistaken_arrival_gives_its_number_back(clinic):
    """The number of somebody who is not here would be called into an empty room."""
    visit = clinic.visit()
    clinic.step(visit, "arrive", NOW)
    undo_step(appointment=visit, by=clinic.clerk, now=NOW)
    assert number(visit) is None
    clinic.step(visit, "arrive", NOW)
    assert number(visit) == 1
    clinic.step(visit, "room", NOW)
    undo_step(appointment=visit, by=clinic.clerk, now=NOW)
    assert number(visit) == 1, "back from the room they are the same number"


def test_each_site_and_each_day_begins_at_one(clinic):
    """Numbers stay short enough to read across a room, and mean one person in it."""
    clinic.step(clinic.visit(), "arrive", NOW)
    next_day = clinic.book(TEN + timedelta(days=1), now=NOW)
    clinic.step(next_day, "arrive", NOW + timedelta(days=1))
    other = builders.make_site("UTC")
    other.resources.add(builders.make_clinician(other))
    builders.make_resource(other)
    elsewhere = clinic.book(TEN, site=other, clinician=None, visit_type=builders.make_visit_type())
    clinic.step(elsewhere, "arrive", NOW)
    assert (number(next_day), number(elsewhere)) == (1, 1)


def test_a_link_to_oneself_opens_no_chart(clinic):
    """Booking somebody and checking them in by link must not make one their physician."""
    clinic.physician.refresh_from_db()
    own = clinic.visit(by=clinic.physician)
    arrive_by_link(appointment=own, by=None, now=NOW)
    assert number(own) == 1
    assert own.events.order_by("-id").first().by is None
    assert not may_read(clinic.physician, own.patient, at=NOW)
    usual = clinic.visit()
    arrive_by_link(appointment=usual, by=None, now=NOW)
    assert may_read(clinic.physician, usual.patient, at=NOW), "the positive control"


def test_arriving_twice_by_link_is_arriving_once(clinic):
    """People press a button again when a page is slow."""
    visit = clinic.visit()
    arrive_by_link(appointment=visit, by=None, now=NOW)
    arrive_by_link(appointment=visit, by=None, now=NOW + MINUTE)
    assert list(visit.events.values_list("step", flat=True)) == ["book", "arrive"]
    take_step(appointment=visit, step=Step.ROOM, by=clinic.clerk, now=NOW + MINUTE)
    assert number(visit) == 1
