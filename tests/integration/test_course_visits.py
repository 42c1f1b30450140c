"""Visits of the calendar in a course of treatment: completed, they are counted, and once only."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.series import CourseRequest, add_visits, book_series
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import Appointment
from scheduling.queries.course_visits import visits_to_come
from tests import builders
from tests.record_builders import make_course, make_procedure, shipped_catalogue
from treatments.actions.authorizations import (
    Authorization,
    AuthorizedAlready,
    record_authorization,
    revoke_authorization,
)
from treatments.actions.procedures import OutsideProcedure, record_outside
from treatments.actions.visits import Visit, record_visit
from treatments.models import (
    CatalogueEntry,
    CourseEvent,
    PriorAuthorization,
    TherapyVisit,
    VisitOutcome,
)
from treatments.queries.authorizations import authorizations_of, bookable_courses
from treatments.queries.courses import course_view

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 4, 15, tzinfo=UTC)
TODAY = NOW.date()


class Gym:
    """A therapy of twelve authorized visits, and somebody who gives it."""

    def __init__(self):
        shipped_catalogue()
        self.site = builders.make_site()
        builders.make_clinician(self.site)
        builders.make_resource(self.site)
        self.kind = builders.make_visit_type(45, horizon_days=200)
        self.by = builders.make_user(Role.PHYSICIAN)
        self.patient = builders.make_patient()
        builders.care_for(self.patient, self.by)
        self.course = make_course(self.patient, self.by, now=NOW - timedelta(days=2))

    def series(self, count=2, course=None):
        times = [(NOW + timedelta(days=1 + n), None) for n in range(count)]
        request = CourseRequest(
            self.patient, self.kind, self.site, times, per_week=2, course=course or self.course
        )
        return book_series(request=request, by=self.by, now=NOW)

    def step(self, visit, *steps):
        for step in steps:
            take_step(appointment=visit, step=Step(step), by=self.by, now=visit.end_at)

    def complete(self, visit):
        self.step(visit, "arrive", "start", "complete")

    def outcomes(self):
        return list(self.course.visits.values_list("appointment_id", "outcome"))


@pytest.fixture
def gym():
    return Gym()


def test_a_completed_visit_is_counted_in_its_course(gym):
    """Nobody types a second time what the calendar knows."""
    first, _second = gym.series().appointments.order_by("series_number")
    assert first.course == gym.course
    gym.complete(first)
    (visit,) = gym.course.visits.all()
    assert (visit.appointment_id, visit.outcome) == (first.pk, "attended")
    assert (visit.occurred_at, visit.minutes) == (first.start_at, 45)


def test_a_planned_course_begins_with_its_first_visit(gym):
    """Nobody opens the record at the desk to say that what is going on has begun."""
    planned = make_course(gym.patient, gym.by, treatment="manual-therapy", begins=False, now=NOW)
    first, second = gym.series(course=planned).appointments.order_by("series_number")
    desk = builders.make_user(Role.FRONT_DESK)
    take_step(appointment=first, step=Step.NO_SHOW, by=desk, now=first.end_at)
    planned.refresh_from_db()
    assert planned.status == "planned"
    gym.complete(second)
    planned.refresh_from_db()
    assert (planned.status, planned.start_date) == ("active", second.start_at.date())
    events = CourseEvent.objects.filter(course=planned).order_by("id")
    assert list(events.values_list("to_status", flat=True)) == ["planned", "active"]


def test_taken_back_it_counts_no_more_and_done_again_it_counts_once(gym):
    """However often a step is taken back, one appointment is one visit."""
    first = gym.series().appointments.first()
    gym.complete(first)
    clerk = builders.make_user()
    for _again in range(2):
        undo_step(appointment=first, by=clerk, now=NOW)
        assert gym.outcomes() == [(first.pk, "voided")]
        gym.step(first, "complete")
        assert gym.outcomes() == [(first.pk, "attended")]


def test_who_does_not_come_is_counted_as_missed(gym):
    """A missed visit is not a used one, and still stands in the course."""
    first = gym.series().appointments.first()
    clerk = builders.make_user()
    take_step(appointment=first, step=Step.NO_SHOW, by=clerk, now=first.end_at)
    assert gym.outcomes() == [(first.pk, "missed")]
    undo_step(appointment=first, by=clerk, now=NOW)
    gym.complete(first)
    assert gym.outcomes() == [(first.pk, "attended")]


def test_a_visit_that_was_written_down_by_hand_is_the_same_visit(gym):
    """The therapist taps "came", the desk completes the visit: one visit was used."""
    first = gym.series().appointments.first()
    at = first.start_at + timedelta(minutes=20)
    record_visit(course=gym.course, visit=Visit(at, note="Bridges"), by=gym.by, now=first.end_at)
    gym.complete(first)
    (visit,) = gym.course.visits.all()
    assert (visit.appointment_id, visit.note) == (first.pk, "Bridges")


def test_other_steps_write_nothing(gym):
    """Arriving is not being treated; and a cancelled visit was none."""
    first, second = gym.series().appointments.order_by("series_number")
    gym.step(first, "arrive", "start")
    clerk = builders.make_user()
    take_step(appointment=second, step=Step.CANCEL, by=clerk, now=NOW)
    assert not TherapyVisit.objects.exists()


def test_a_visit_of_no_course_or_of_procedures_counts_nowhere(gym):
    """Procedures are counted from what was signed."""
    course = make_course(gym.patient, gym.by, treatment="epidural-steroid-injection", now=NOW)
    request = BookingRequest(
        gym.patient, gym.kind, gym.site, NOW + timedelta(hours=1), course=course
    )
    gym.complete(book_appointment(request=request, by=gym.by, now=NOW))
    later = BookingRequest(gym.patient, gym.kind, gym.site, NOW + timedelta(hours=4))
    gym.complete(book_appointment(request=later, by=gym.by, now=NOW))
    assert not TherapyVisit.objects.exists()


def test_nobody_is_counted_in_the_course_of_somebody_else(gym):
    """Two people of one name at the desk."""
    other = make_course(builders.make_patient(), gym.by, now=NOW)
    with pytest.raises(Invalid):
        gym.series(course=other)
    assert not Appointment.objects.exists()


def test_added_visits_belong_to_the_same_course(gym):
    """The thirteenth visit is counted like the twelve before it."""
    series = gym.series()
    (visit,) = add_visits(
        series=series, times=[(NOW + timedelta(days=9), None)], by=gym.by, now=NOW
    )
    assert visit.course == gym.course


def test_the_desk_sees_the_name_and_what_is_left(gym):
    """What a payer asks on the phone, and nothing else of the record."""
    gym.complete(gym.series().appointments.first())
    clerk = builders.make_user()
    (found,) = bookable_courses(clerk, gym.patient, today=TODAY)
    assert found.words == "Physical therapy, 11 of 12 visits left"
    assert len(visits_to_come(clerk, gym.course, now=NOW)) == 1


def allow(gym, number, units, first, last, **values):
    said = Authorization(
        patient=gym.patient,
        treatment=CatalogueEntry.objects.get(pk="physical-therapy"),
        payer="Harbor",
        number=number,
        units=units,
        valid_from=TODAY + timedelta(days=first),
        valid_until=TODAY + timedelta(days=last),
        **values,
    )
    return record_authorization(said=said, by=builders.make_user(), now=NOW)


def test_authorized_units_are_counted_once_each(gym):
    """Two authorizations that overlap are used up one after the other."""
    soon, late = allow(gym, "A", 1, 0, 10), allow(gym, "B", 5, 0, 60)
    assert soon.course == late.course == gym.course
    for visit in gym.series(3).appointments.all():
        gym.complete(visit)
    views = authorizations_of(gym.by, gym.patient, today=TODAY, now=NOW)
    assert {view.row.number: view.allowance.used for view in views} == {"A": 1, "B": 2}
    assert {view.row.number: view.word for view in views} == {"A": "Used up", "B": "Valid"}
    # What payers allowed goes before what was guessed when the course was ordered.
    (found,) = bookable_courses(gym.by, gym.patient, today=TODAY)
    assert (found.left, found.of) == (3, 6)
    revoke_authorization(authorization=late, by=gym.by, now=NOW)
    (found,) = bookable_courses(gym.by, gym.patient, today=TODAY)
    assert (found.left, found.of) == (0, 1)


def test_an_authorization_is_written_down_once(gym):
    """Two clerks on one call."""
    allow(gym, "A", 1, 0, 10)
    with pytest.raises(AuthorizedAlready):
        allow(gym, " A ", 1, 0, 10)
    with pytest.raises(AuthorizedAlready):
        allow(gym, "a", 1, 0, 10)


@pytest.mark.parametrize(
    ("field", "values"),
    [("units", (0, 0, 5)), ("units", (5000, 0, 5)), ("valid_until", (5, 5, 0))],
)
def test_an_authorization_that_allows_nothing_is_refused(field, values, gym):
    """Numbers that no payer gives."""
    with pytest.raises(Invalid) as error:
        allow(gym, "A", *values)
    assert list(error.value.details["fields"]) == [field]


def test_a_voided_visit_counts_against_nothing(gym):
    """What was entered by mistake is given back."""
    allow(gym, "A", 4, -5, 10)
    visit = record_visit(course=gym.course, visit=Visit(NOW), by=gym.by, now=NOW)
    TherapyVisit.objects.filter(pk=visit.pk).update(outcome=VisitOutcome.VOIDED)
    (view,) = authorizations_of(gym.by, gym.patient, today=TODAY, now=NOW)
    assert view.allowance.left == 4


def attend(gym, days):
    at = NOW + timedelta(days=days)
    return TherapyVisit.objects.create(course=gym.course, occurred_at=at, recorded_by=gym.by)


def test_only_what_holds_on_the_day_is_left(gym):
    """The desk would book on last year's authorization, and refuse for visits that it paid for."""
    allow(gym, "last year", 10, -40, -20)
    for days in (-30, -25, -21, -10):
        attend(gym, days)
    (found,) = bookable_courses(gym.by, gym.patient, today=TODAY)
    assert (found.left, found.of) == (0, 0)
    allow(gym, "now", 4, -5, 30)
    allow(gym, "next", 6, 31, 60)
    attend(gym, -1)
    (found,) = bookable_courses(gym.by, gym.patient, today=TODAY)
    # The visit of ten days ago was paid for by none of them.
    assert (found.left, found.of) == (3, 4)
    (later,) = bookable_courses(gym.by, gym.patient, today=TODAY + timedelta(days=40))
    assert (later.left, later.of) == (6, 6)
    days = [TODAY + timedelta(days=n) for n in (1, 2, 3, 4, 40)]
    assert found.beyond(days) == 1
    where = course_view(gym.by, gym.course.pk, today=TODAY, now=NOW).standing
    assert (where.used, where.left, where.authorized) == (5, 3, 4)


def test_an_authorization_without_a_course_is_left_for_its_treatment(gym):
    """Payers authorize a treatment; which course it is for is nothing they know."""
    allow(gym, "A", 3, -5, 30)
    PriorAuthorization.objects.update(course=None)
    attend(gym, -1)
    (found,) = bookable_courses(gym.by, gym.patient, today=TODAY)
    assert (found.left, found.of) == (2, 3)


def test_what_another_clinic_did_uses_up_nothing(gym):
    """It was paid for by an authorization of its own, and the next injection here would wait."""
    treatment = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    said = Authorization(gym.patient, treatment, "Harbor", "E", 3, TODAY - timedelta(days=9), TODAY)
    record_authorization(said=said, by=builders.make_user(), now=NOW)
    told = OutsideProcedure(treatment, "ESI at Harbor", NOW - timedelta(days=3))
    record_outside(patient=gym.patient, told=told, by=gym.by, now=NOW)
    (view,) = authorizations_of(gym.by, gym.patient, today=TODAY, now=NOW)
    assert view.allowance.used == 0
    make_procedure(gym.patient, gym.by, at=NOW - timedelta(days=2), status="signed")
    (view,) = authorizations_of(gym.by, gym.patient, today=TODAY, now=NOW)
    assert view.allowance.used == 1
