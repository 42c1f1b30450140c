"""Courses: booked whole or not at all, and told once."""

import re
from datetime import time, timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.series import add_visits
from scheduling.actions.series_errors import SeriesTaken
from scheduling.models import (
    Appointment,
    Reservation,
)
from scheduling.queries.visit_links import link_of_token
from tests import builders
from tests.integration.gym import MONDAY, NEW_YORK, NOW, Gym, counts, starts_of, state, visits_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gym():
    return Gym()


def test_twelve_visits_are_booked_numbered_and_told_once(gym):
    """Each its own row with all it needs; one message, because twelve are not read."""
    series = gym.book(times=list(reversed(gym.times())))
    visits = visits_of(series)
    assert [visit.series_number for visit in visits] == list(range(1, 13))
    assert [visit.start_at for visit in visits] == [start for start, _ in gym.times()]
    assert all(visit.reservations.count() == 2 for visit in visits)
    assert all(visit.events.get().step == "book" for visit in visits)
    message = Message.objects.get()
    assert message.kind == "series_booked"
    assert message.subject.startswith("Your 12 visits")
    assert message.body.count("10 a.m.") == 12
    assert gym.kind.name not in message.body
    links = re.findall(r"/public/visit/(\S+)/", message.body)
    told = [link_of_token(THE_CLINIC, link, now=message.created_at) for link in links]
    assert [link.appointment for link in told] == visits, "each is answered about by itself"
    assert all(link.stands for link in told)


def test_the_message_is_in_the_patient_s_language(gym):
    """Twelve dates that nobody can read are twelve missed visits."""
    gym.patient.language = "es"
    gym.patient.save()
    gym.book()
    assert "Sus 12 citas" in Message.objects.get().subject


def test_if_the_twelfth_clashes_nothing_is_booked(gym):
    """Eleven of twelve is not what was agreed on the phone."""
    gym.one(gym.times()[11][0])
    before = counts()
    with pytest.raises(SeriesTaken, match="1 of 12 times is not free: Thu Feb 11") as refused:
        gym.book()
    assert counts() == before
    clash = refused.value.clashes[0]
    assert (clash.start_at, clash.is_busy) == (gym.times()[11][0], False)
    assert clash.alternatives
    days = {s.start_at.astimezone(NEW_YORK).date() for s in clash.alternatives}
    assert MONDAY + timedelta(weeks=5) not in days
    instead = (clash.alternatives[0].start_at, gym.therapists[0])
    assert len(visits_of(gym.book(times=[*gym.times(11), instead]))) == 12


def test_every_clash_is_told_at_once(gym):
    """Mending one and hearing of the next, twelve times, is no conversation."""
    gym.one(gym.times()[3][0])
    gym.one(gym.times()[7][0], patient=gym.patient, clinician=gym.therapists[1])
    with pytest.raises(SeriesTaken, match="2 of 12") as refused:
        gym.book()
    assert [clash.is_busy for clash in refused.value.clashes] == [False, True]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"times": []}, "1 to 60"),
        ({"per_week": 0}, "1 to 7"),
        ({"per_week": 8}, "1 to 7"),
    ],
)
def test_nonsense_is_refused(gym, change, word):
    """In a sentence, and nothing stays."""
    before = counts()
    with pytest.raises(Invalid, match=word):
        gym.book(**change)
    assert counts() == before


def test_two_visits_on_one_day_are_refused(gym):
    """A slip in the form, not a plan."""
    times = [(gym.at(0), None), (gym.at(0, time(14)), None)]
    with pytest.raises(Invalid, match="two visits on Mon Jan 4"):
        gym.book(times=times)


def test_visits_beyond_the_horizon_are_refused(gym):
    """The hours of next autumn are nobody's to promise."""
    with pytest.raises(Invalid, match="200 days ahead"):
        gym.book(times=[(gym.at(0), None), (gym.at(210), None)])


def test_only_who_may_book_or_cancel_can(gym):
    """The actions ask the table themselves."""
    visit = visits_of(gym.book())[0]
    therapist, nurse = builders.make_user(Role.THERAPIST), builders.make_user(Role.NURSE)
    with pytest.raises(NotAllowed):
        gym.book(by=therapist)
    with pytest.raises(NotAllowed):
        add_visits(series=visit.series, times=[(gym.at(50), None)], by=therapist, now=NOW)
    with pytest.raises(NotAllowed):
        gym.move(visit, days=1, by=therapist)
    with pytest.raises(NotAllowed):
        gym.cancel(visit, by=nurse)


def test_the_therapist_comes_into_care_once(gym):
    """Who will treat the person may read; twelve visits are one reason."""
    user = builders.make_user(Role.THERAPIST)
    gym.therapists[0].user = user
    gym.therapists[0].save()
    gym.book()
    assert gym.patient.care_team.filter(user=user).count() == 1


def test_the_statements_are_few(gym):
    """A course of twelve must not cost twelve bookings: three statements a visit."""
    numbers = []
    for count in (2, 12):
        patient = builders.make_patient()
        with CaptureQueriesContext(connection) as asked:
            gym.book(count, patient=patient)
        numbers.append(len(asked))
        gym.cancel(Appointment.objects.filter(patient=patient).first())
    assert numbers[1] - numbers[0] <= 10 * 3
    assert numbers[1] <= 12 * 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["book", "move", "cancel"])
def test_whichever_statement_fails_no_half_course_stays(what):
    """The power may go at any moment: try every one of them."""
    gym = Gym()
    visit = None if what == "book" else visits_of(gym.book(3))[0]
    run = {
        "book": lambda: gym.book(3),
        "move": lambda: gym.move(visit, days=7),
        "cancel": lambda: gym.cancel(visit),
    }[what]
    before = state()
    for nth in range(1, 200):
        left = nth

        def fail_at_nth(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left == 0:
                raise OperationalError("the power went")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail_at_nth):
                run()
        except OperationalError:
            assert state() == before, f"statement {nth} left something behind"
        else:
            break
    assert nth > 10
    assert state() != before


def test_a_course_keeps_its_hour_over_the_clock_change(gym):
    """Moved from winter into summer, ten o'clock stays ten o'clock."""
    series = gym.book(2, times=[(gym.at(63), None), (gym.at(66), None)])
    gym.move(visits_of(series)[0], days=7)
    assert {start.astimezone(NEW_YORK).hour for start in starts_of(series)} == {10}
    assert {start.hour for start in starts_of(series)} == {14}


def test_a_course_of_group_visits_takes_seats(gym):
    """Back school: ten people, one therapist, each their own course."""
    school = Gym(capacity=3)
    first = school.book(4)
    second = school.book(4, patient=builders.make_patient())
    assert Reservation.objects.filter(group__isnull=False, is_active=True).count() == 8
    assert visits_of(first)[0].seat.session_id == visits_of(second)[0].seat.session_id
    school.move(visits_of(first)[0], clock=time(14))
    school.cancel(visits_of(second)[0])
    assert Reservation.objects.filter(group__isnull=False, is_active=True).count() == 8
    assert {v.seat.session.start_at for v in visits_of(first)} == {
        start + timedelta(hours=4) for start, _ in school.times(4)
    }
