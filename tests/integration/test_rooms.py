"""Another room or machine: for the whole visit, and only one that can serve as well."""

from datetime import time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.assign import NotExchangeable, assign_resource
from scheduling.actions.errors import SlotTaken
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import Reservation, TimeOff
from scheduling.queries.rooms import exchangeable
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)


class House(Place):
    """Two clinicians, two rooms, and visits that need no machine."""

    def __init__(self):
        super().__init__()
        self.second = builders.make_clinician(self.site)
        needs = ["clinician", {"kind": "room", "buffer_after_minutes": 15}]
        self.kind = builders.make_visit_type(30, needs)

    def assign(self, visit, old, new, by=None):
        return assign_resource(appointment=visit, old=old, new=new, by=by or self.clerk, now=NOW)


@pytest.fixture
def house():
    return House()


def room_of(visit):
    rooms = Reservation.objects.filter(appointment=visit, resource__kind="room", is_active=True)
    (room,) = {row.resource for row in rooms}
    return room


def test_a_free_room_is_taken_with_its_cleaning(house):
    """Both rows move, or the cleaner stands in the wrong room."""
    first, second = house.rooms
    visit = house.book()
    house.assign(visit, first, second)
    assert room_of(visit) == second
    assert visit.reservations.filter(resource=second).count() == 2
    event = visit.events.order_by("id").last()
    assert (event.step, event.note) == ("assign", f"{first} → {second}")


def test_two_visits_exchange_their_rooms(house):
    """Both, and both stories tell of it."""
    first, second = house.rooms
    one, other = house.book(), house.book(clinician=house.second)
    house.assign(one, first, second)
    assert (room_of(one), room_of(other)) == (second, first)
    assert {visit.events.order_by("id").last().step for visit in (one, other)} == {"assign"}


def test_two_in_the_way_are_one_too_many(house):
    """Nobody is moved twice for one wish."""
    house.book(TEN, clinician=house.second)
    house.book(TEN + 2 * HALF, clinician=house.second)
    long = builders.make_visit_type(90, ["clinician", "room"])
    rooms = {room_of(visit) for visit in house.kind.appointments.all()}
    visit = house.book(TEN, visit_type=long)
    (old,) = {room_of(visit)}
    with pytest.raises(NotExchangeable):
        house.assign(visit, old, rooms.pop())
    assert room_of(visit) == old


def test_who_sits_in_a_room_stays_there(house):
    """The other visit has begun: it does not give way."""
    first, second = house.rooms
    one, other = house.book(), house.book(clinician=house.second)
    for step in (Step.ARRIVE, Step.ROOM):
        take_step(appointment=other, step=step, by=house.clerk, now=NOW)
    with pytest.raises(NotExchangeable):
        house.assign(one, first, second)


def test_an_exchange_that_does_not_fit_on_the_other_side_changes_nothing(house):
    """The other visit is longer, and a third one follows in this room."""
    long = builders.make_visit_type(90, ["clinician", "room"])
    first, second = house.rooms
    one = house.book()
    other = house.book(clinician=house.second, visit_type=long)
    third = house.book(TEN + 2 * HALF)
    assert (room_of(one), room_of(other), room_of(third)) == (first, second, first)
    with pytest.raises(SlotTaken):
        house.assign(one, first, second)
    assert (room_of(one), room_of(other)) == (first, second)


def test_blocked_and_held_rooms_do_not_give_way(house):
    """A hold is somebody's, and a block is there for a reason."""
    first, second = house.rooms
    visit = house.book()
    Reservation.objects.create(
        resource=second, during=DateTimeTZRange(TEN, TEN + HALF), kind="block"
    )
    with pytest.raises(NotExchangeable):
        house.assign(visit, first, second)


def test_only_equals_are_exchanged(house):
    """No clinician, no machine for a room, nothing out of use, nothing from elsewhere."""
    first, second = house.rooms
    visit = house.book()
    elsewhere = builders.make_resource(builders.make_site("UTC"))
    for old, new in [
        (first, first),
        (first, house.machine),
        (first, elsewhere),
        (house.clinician, house.second),
    ]:
        with pytest.raises(Invalid):
            house.assign(visit, old, new)
    second.is_active = False
    second.save()
    with pytest.raises(Invalid):
        house.assign(visit, first, second)
    with pytest.raises(NotAllowed):
        house.assign(visit, first, second, by=builders.make_user(Role.MANAGER))


def test_a_room_that_was_exchanged_meanwhile_is_a_conflict(house):
    """The page was a minute old: that is nobody's mistake."""
    first, second = house.rooms
    visit = house.book()
    house.assign(visit, first, second)
    with pytest.raises(NotExchangeable, match="now"):
        house.assign(visit, first, second)


def test_an_undone_cancellation_returns_to_the_room_it_had_last(house):
    """Not to the first one, where somebody else is by now."""
    first, second = house.rooms
    visit = house.book()
    house.assign(visit, first, second)
    take_step(appointment=visit, step=Step.CANCEL, by=house.clerk, now=NOW)
    house.book(clinician=house.second)
    undo_step(appointment=visit, by=house.clerk, now=NOW)
    assert room_of(visit) == second


def test_the_choice_shows_who_is_where(house):
    """What the desk sees is what the action goes by."""
    _, second = house.rooms
    one, other = house.book(), house.book(clinician=house.second)
    (choice,) = exchangeable(house.clerk, one, now=NOW)
    (equal,) = choice.equals
    assert equal.resource == second
    assert {row.appointment for row in equal.taken_by} == {other}


def away(resource, site, begin=TEN + HALF, end=TEN + 2 * HALF):
    TimeOff.objects.create(site=site, resource=resource, during=DateTimeTZRange(begin, end))


def test_a_room_that_is_away_or_closed_then_is_not_given(house):
    """A room under repair is no room, even if only its cleaning falls into the repair."""
    first, second = house.rooms
    visit = house.book()
    away(second, house.site)
    with pytest.raises(NotExchangeable, match="closed or away"):
        house.assign(visit, first, second)
    assert room_of(visit) == first
    (choice,) = exchangeable(house.clerk, visit, now=NOW)
    assert [equal.is_away for equal in choice.equals] == [True]
    TimeOff.objects.all().delete()
    builders.open_daily(house.site, second, (time(8), time(10, 30)))
    with pytest.raises(NotExchangeable, match="closed or away"):
        house.assign(visit, first, second)
    second.working_hours.all().delete()
    house.assign(visit, first, second)
    assert room_of(visit) == second


def test_an_exchange_does_not_put_the_other_visit_into_a_closed_room(house):
    """The one who gives way must be able to work where they are sent."""
    first, second = house.rooms
    long = builders.make_visit_type(60, ["clinician", "room"])
    one = house.book()
    other = house.book(clinician=house.second, visit_type=long)
    assert (room_of(one), room_of(other)) == (first, second)
    away(first, house.site, TEN + 3 * HALF / 2, TEN + 2 * HALF)
    with pytest.raises(NotExchangeable, match="closed or away"):
        house.assign(one, first, second)
    assert (room_of(one), room_of(other)) == (first, second)


def test_who_was_booked_outside_the_hours_on_purpose_may_change_rooms_there(house):
    """The chief said yes to Saturday; which room it is matters to nobody."""
    first, second = house.rooms
    away(None, house.site, TEN, TEN + 4 * HALF)
    visit = overbook_appointment(
        request=house.request(), reason="The chief said yes", by=house.clerk, now=NOW
    )
    house.assign(visit, first, second)
    assert room_of(visit) == second
