"""Courses that change: moved, cancelled or longer, together and with one message."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.errors import StepRefused
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.series import add_visits
from scheduling.actions.series_errors import SeriesTaken
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.courses import Scope
from scheduling.domain.states import Step
from scheduling.models import (
    Appointment,
    Opening,
    Reservation,
    VisitType,
)
from scheduling.queries.series import course_of
from tests import builders
from tests.integration.gym import NEW_YORK, NOW, Gym, starts_of, state, visits_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gym():
    return Gym()


def test_a_course_moves_over_its_own_times(gym):
    """A week later: eleven of its places are its own, and are no obstacle."""
    series = gym.book()
    moved = gym.move(visits_of(series)[0], days=7)
    assert len(moved) == 12
    assert starts_of(series) == [start + timedelta(days=7) for start, _ in gym.times()]
    assert Reservation.objects.filter(is_active=True).count() == 24
    assert {m.kind for m in Message.objects.all()} == {"series_booked", "appointment_moved"}
    assert Message.objects.filter(kind="appointment_moved").count() == 1
    gym.move(visits_of(series)[0], days=-7)
    assert starts_of(series) == [start for start, _ in gym.times()]


def test_this_and_later_move_and_the_earlier_stay(gym):
    """From the fifth on at two o'clock."""
    series = gym.book()
    gym.move(visits_of(series)[4], Scope.LATER, clock=time(14))
    clocks = [start.astimezone(NEW_YORK).hour for start in starts_of(series)]
    assert clocks == [10] * 4 + [14] * 8
    assert [v.was_moved for v in course_of(gym.clerk, series, now=NOW).visits] == (
        [False] * 4 + [True] * 8
    )


@pytest.mark.parametrize("days", [31, -1])
def test_an_hour_that_the_clock_skips_is_not_guessed(gym, days):
    """Half past two does not exist on 14 March: half past three was nobody's wish."""
    series = gym.book()
    visit = visits_of(series)[11]
    if days < 0:
        # Moved by days alone, from the night before.
        moved = datetime(2027, 3, 13, 2, 30, tzinfo=NEW_YORK)
        Appointment.objects.filter(pk=visit.pk).update(
            start_at=moved, end_at=moved + timedelta(minutes=45)
        )
    change = {"days": 31, "clock": time(2, 30)} if days > 0 else {"days": 1}
    visit.refresh_from_db()
    with pytest.raises(Invalid, match="Sunday, March 14: they show 2:30 AM not at all"):
        gym.move(visit, Scope.ONE, **change)


def test_what_has_passed_or_begun_stays(gym):
    """Nobody rewrites last week."""
    series = gym.book()
    later = gym.at(8)
    visits = visits_of(series)
    take_step(appointment=visits[3], step=Step.ARRIVE, by=gym.clerk, now=visits[3].start_at)
    gym.move(visits[0], Scope.ALL, now=later, clock=time(14))
    clocks = [start.astimezone(NEW_YORK).hour for start in starts_of(series)]
    assert clocks == [10] * 4 + [14] * 8
    with pytest.raises(StepRefused, match="still to come"):
        gym.move(visits[0], Scope.ONE, now=later, clock=time(15))


def test_a_move_that_clashes_moves_nothing(gym):
    """One of twelve is taken: all stay, and the clerk hears which, with times near it."""
    series = gym.book()
    gym.one(gym.at(1))
    before = state()
    with pytest.raises(SeriesTaken, match="1 of 12") as refused:
        gym.move(visits_of(series)[0], days=1)
    assert state() == before
    assert refused.value.clashes[0].alternatives


def test_another_therapist_for_the_rest(gym):
    """The therapist leaves: the hours stay, the person changes, care follows."""
    users = [builders.make_user(Role.THERAPIST) for _ in range(2)]
    for therapist, user in zip(gym.therapists, users, strict=True):
        therapist.user = user
        therapist.save()
    series = gym.book()
    gym.move(visits_of(series)[6], Scope.LATER, clinician=gym.therapists[1])
    led = Reservation.objects.filter(resource=gym.therapists[1], is_active=True)
    assert led.count() == 6
    assert starts_of(series) == [start for start, _ in gym.times()]
    assert {m.user_id for m in gym.patient.care_team.filter(user__isnull=False)} == {
        user.pk for user in users
    }


def test_nothing_to_change_is_said(gym):
    """A button that does nothing without a word is broken."""
    visit = visits_of(gym.book())[0]
    with pytest.raises(Invalid, match="changes nothing"):
        gym.move(visit)


def test_one_visit_moves_alone_and_stays_in_its_course(gym):
    """The number belongs to the visit, whatever its day."""
    series = gym.book()
    third = visits_of(series)[2]
    to = NewPlace(gym.site, gym.at(8))
    move_appointment(appointment=third, to=to, by=gym.clerk, now=NOW)
    assert visits_of(series)[2].start_at == gym.at(8)
    labels = [visit.label for visit in course_of(gym.clerk, series, now=NOW).visits]
    assert labels[:3] == ["1 of 12", "2 of 12", "3 of 12"]


def test_later_visits_are_cancelled_with_one_message(gym):
    """One reason, one message, every place free again."""
    series = gym.book()
    gone = gym.cancel(visits_of(series)[4], Scope.LATER)
    assert len(gone) == 8
    assert [visit.status for visit in visits_of(series)] == ["booked"] * 4 + ["cancelled"] * 8
    assert {v.cancellation_reason for v in visits_of(series)[4:]} == {"patient"}
    assert Message.objects.filter(kind="appointment_cancelled").count() == 1
    assert Opening.objects.count() == 8
    assert Reservation.objects.filter(is_active=True).count() == 8
    assert gym.one(gym.times()[4][0]).status == "booked"
    with pytest.raises(StepRefused):
        gym.cancel(visits_of(series)[4], Scope.ONE)
    undone = undo_step(appointment=visits_of(series)[5], by=gym.clerk, now=NOW)
    assert undone.status == "booked"


def test_added_visits_get_the_next_numbers(gym):
    """Numbers never change: what was said on the phone stays true."""
    series = gym.book()
    gym.cancel(visits_of(series)[11], Scope.ONE)
    add_visits(series=series, times=[(gym.at(60), None), (gym.at(57), None)], by=gym.clerk, now=NOW)
    assert [visit.series_number for visit in visits_of(series)] == list(range(1, 15))
    assert visits_of(series)[12].start_at == gym.at(57)
    assert Message.objects.filter(kind="series_booked").count() == 2


def at_two_sites(gym):
    """A course of three, whose second visit was moved to another site."""
    there = builders.make_site("America/New_York", (time(8), time(18)))
    therapist = builders.make_clinician(there, hours=(time(8), time(18)))
    builders.make_resource(there)
    series = gym.book(3)
    second = visits_of(series)[1]
    to = NewPlace(there, second.start_at)
    move_appointment(appointment=second, to=to, by=gym.clerk, now=NOW)
    return series, there, therapist


ELSEWHERE = """
    SELECT a.id FROM scheduling_appointment a
    JOIN scheduling_reservation v ON v.appointment_id = a.id AND v.is_active
    JOIN scheduling_resource r ON r.id = v.resource_id AND r.site_id <> a.site_id
"""


def test_each_visit_is_moved_at_its_own_site(gym):
    """A therapist who waits in one house for somebody who was told to come to the other."""
    series, there, therapist = at_two_sites(gym)
    gym.move(visits_of(series)[0], days=1, anybody=True)
    sites = [visit.site for visit in visits_of(series)]
    assert sites == [gym.site, there, gym.site]
    assert {part.resource for part in visits_of(series)[1].reservations.all()} == {
        therapist,
        there.resources.get(kind="room"),
    }
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE)
        assert cursor.fetchall() == []
    told = Message.objects.filter(kind="appointment_moved").order_by("pk").last()
    assert told.body.count(str(there)) == 1


def test_a_clash_at_the_other_site_offers_times_there(gym):
    """What is offered instead must be where the visit is."""
    series, there, therapist = at_two_sites(gym)
    busy = BookingRequest(builders.make_patient(), gym.kind, there, gym.at(4), therapist)
    book_appointment(request=busy, by=gym.clerk, now=NOW)
    before = state()
    with pytest.raises(SeriesTaken, match="1 of 3") as refused:
        gym.move(visits_of(series)[0], days=1, anybody=True)
    assert state() == before
    assert {slot.site_id for slot in refused.value.clashes[0].alternatives} == {there.pk}


def test_nobody_is_named_for_a_visit_at_another_site(gym):
    """They do not work there, and no free time would help."""
    series, there, _therapist = at_two_sites(gym)
    with pytest.raises(Invalid, match=f"is at {there}"):
        gym.move(visits_of(series)[0], days=1, clinician=gym.therapists[1])


def test_a_course_whose_kind_is_offered_no_more_gets_no_more_visits(gym):
    """What is booked stays; what is not offered is not booked through a side door."""
    series = gym.book(3)
    VisitType.objects.filter(pk=gym.kind.pk).update(is_active=False)
    times = [(gym.at(28), gym.therapists[0])]
    with pytest.raises(Invalid, match="not offered"):
        add_visits(series=series, times=times, by=gym.clerk, now=NOW)
    assert len(gym.move(visits_of(series)[0], days=1)) == 3
