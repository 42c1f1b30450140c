"""Courses: booked whole or not at all, told once, and changed together."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Invalid, NotAllowed
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.errors import StepRefused
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.series import CourseRequest, add_visits, book_series
from scheduling.actions.series_cancel import cancel_series
from scheduling.actions.series_errors import SeriesTaken
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.courses import CourseWish, Scope
from scheduling.domain.states import Step
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentSeries,
    Holiday,
    Opening,
    Reservation,
    TimeOff,
)
from scheduling.queries.courses import CourseQuestion, propose_course
from scheduling.queries.series import course_of
from tests import builders

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 2, 15, 0, tzinfo=UTC)
MONDAY = date(2027, 1, 4)
DAYTIME = (time(8), time(18))


class Gym:
    """Two therapists, two gyms; twelve visits twice a week at ten."""

    def __init__(self, capacity=1):
        self.site = builders.make_site("America/New_York", DAYTIME)
        self.therapists = [builders.make_clinician(self.site, hours=DAYTIME) for _ in range(2)]
        self.rooms = [builders.make_resource(self.site) for _ in range(2)]
        self.kind = builders.make_visit_type(45, horizon_days=200, capacity=capacity)
        self.clerk = builders.make_user()
        self.patient = builders.make_patient(email="ana@example.org")

    def at(self, days, clock=time(10)):
        return datetime.combine(MONDAY + timedelta(days=days), clock, NEW_YORK).astimezone(UTC)

    def times(self, count=12, therapist=True):
        named = self.therapists[0] if therapist else None
        return [(self.at(7 * (n // 2) + 3 * (n % 2)), named) for n in range(count)]

    def course(self, count=12, **changes):
        fields = {
            "patient": self.patient,
            "visit_type": self.kind,
            "site": self.site,
            "times": self.times(count),
            "per_week": 2,
        }
        return CourseRequest(**fields | changes)

    def book(self, count=12, by=None, now=NOW, **changes):
        request = self.course(count, **changes)
        return book_series(request=request, by=by or self.clerk, now=now)

    def one(self, start_at, patient=None, clinician=None):
        wish = BookingRequest(
            patient or builders.make_patient(),
            self.kind,
            self.site,
            start_at,
            clinician or self.therapists[0],
        )
        return book_appointment(request=wish, by=self.clerk, now=NOW)

    def move(self, visit, scope=Scope.ALL, now=NOW, by=None, **change):
        return move_series(
            appointment=visit,
            scope=scope,
            change=SeriesChange(**change),
            by=by or self.clerk,
            now=now,
        )

    def cancel(self, visit, scope=Scope.ALL, now=NOW, by=None):
        return cancel_series(
            appointment=visit, scope=scope, reason="patient", by=by or self.clerk, now=now
        )


@pytest.fixture
def gym():
    return Gym()


def visits_of(series):
    return list(series.appointments.order_by("series_number"))


def starts_of(series):
    return [visit.start_at for visit in visits_of(series)]


def counts():
    models = (AppointmentSeries, Appointment, Reservation, AppointmentEvent, Message, Opening)
    return [model.objects.count() for model in models]


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


def test_the_message_is_in_the_patient_s_language(gym):
    """Twelve dates that nobody can read are twelve missed visits."""
    gym.patient.language = "es"
    gym.patient.save()
    gym.book()
    assert "Sus 12 visitas" in Message.objects.get().subject


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


def state():
    visits = Appointment.objects.order_by("pk").values_list("pk", "start_at", "status")
    places = Reservation.objects.order_by("resource", "during").values_list("during", "is_active")
    return counts(), list(visits), list(places)


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


def test_what_has_passed_or_begun_stays(gym):
    """Nobody rewrites last week."""
    series = gym.book()
    later = gym.at(8)
    visits = visits_of(series)
    take_step(appointment=visits[3], step=Step.ARRIVE, by=gym.clerk, now=NOW)
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


def ask(gym, now=NOW, **wish):
    fields = {"count": 12, "per_week": 2, "first_day": MONDAY, "weekdays": (1, 4)}
    question = CourseQuestion(gym.patient.pk, gym.kind, gym.site, CourseWish(**fields | wish))
    return propose_course(gym.clerk, question, now=now)


def test_what_is_proposed_can_be_booked(gym):
    """A proposal that fails on booking is a lie."""
    gym.one(gym.at(0, time(8)))
    proposal = ask(gym, clinician_id=gym.therapists[0].pk)
    times = [(visit.start_at, gym.therapists[0]) for visit in proposal.course.visits]
    assert len(visits_of(gym.book(times=times))) == 12
    assert {v.clinician_id for v in proposal.course.visits} == {gym.therapists[0].pk}


def test_a_week_without_a_time_says_why(gym):
    """Thanksgiving is a reason; so is a therapist's leave."""
    for offset in range(7, 14):
        Holiday.objects.create(
            site=gym.site,
            local_date=MONDAY + timedelta(days=offset),
            name="Winter break" if offset == 7 else f"Day {offset}",
        )
    for therapist in gym.therapists:
        TimeOff.objects.create(
            site=gym.site,
            resource=therapist,
            during=DateTimeTZRange(gym.at(21, time(0)), gym.at(28, time(0))),
        )
    proposal = ask(gym)
    assert [gap.missing for gap in proposal.gaps] == [2, 2]
    assert "Closed: Winter break (Mon Jan 11)" in proposal.gaps[0].reason
    assert proposal.gaps[1].reason == "No clinician who does this works then."
    assert len(proposal.course.visits) == 12


def test_a_course_beyond_the_horizon_says_so(gym):
    """It is offered as far as it goes, and what is missing is named."""
    gym.kind.horizon_days = 21
    gym.kind.save()
    proposal = ask(gym)
    assert proposal.course.unplaced > 0
    assert "can be booked until Jan 23, 2027" in proposal.shortfall


@pytest.mark.parametrize(
    "wish", [{"count": 0}, {"count": 61}, {"per_week": 8}, {"days_apart": 9}, {"weekdays": (8,)}]
)
def test_absurd_wishes_are_refused(gym, wish):
    """In a sentence, before the calendar is asked."""
    with pytest.raises(Invalid):
        ask(gym, **wish)
