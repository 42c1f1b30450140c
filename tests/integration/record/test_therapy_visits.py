"""Visits of a therapy: counted from themselves, and reported on."""

from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid
from tests.builders import make_patient, make_user
from tests.course_steps import NOW, TODAY, WEEK
from tests.record_builders import make_course
from treatments.actions.visits import (
    Visit,
    VisitThereAlready,
    record_visit,
    void_visit,
)
from treatments.models import (
    TherapyVisit,
    VisitOutcome,
)
from treatments.queries.courses import course_view, therapies_in_care

pytestmark = pytest.mark.django_db


def visit(course, by, at=NOW, **values):
    return record_visit(course=course, visit=Visit(at, **values), by=by, now=NOW)


def test_visits_are_counted_from_themselves(patient, physician):
    """A counter kept by hand is wrong from the second week on."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - 3 * WEEK)
    for days in (14, 12, 7):
        visit(course, physician, NOW - timedelta(days=days))
    visit(course, physician, NOW - timedelta(days=5), outcome=VisitOutcome.MISSED)
    wrong = visit(course, physician, NOW - timedelta(days=2))
    void_visit(visit=wrong, by=physician, now=NOW)
    with pytest.raises(Conflict):
        void_visit(visit=wrong, by=physician, now=NOW)
    where = course_view(physician, course.pk, today=TODAY, now=NOW).standing
    assert (where.used, where.left, where.since_report) == (3, 9, 3)
    assert TherapyVisit.objects.count() == 5


def test_a_visit_is_not_written_down_twice_by_accident(patient, physician):
    """Two taps on a tablet are one visit."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - WEEK)
    first = visit(course, physician)
    with pytest.raises(VisitThereAlready) as error:
        visit(course, physician, NOW - timedelta(hours=1))
    assert error.value.details["visit"] == str(first.pk)
    another = Visit(NOW - timedelta(hours=1))
    assert record_visit(course=course, visit=another, is_another=True, by=physician, now=NOW)


@pytest.mark.parametrize(
    ("at", "values"),
    [
        (NOW + timedelta(hours=1), {}),
        (NOW - 2 * WEEK, {}),
        (NOW, {"minutes": 0}),
        (NOW, {"minutes": 5000}),
        (NOW, {"outcome": VisitOutcome.MISSED, "is_progress_report": True}),
        (NOW, {"outcome": VisitOutcome.VOIDED}),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(at, values, patient, physician):
    """What payers are billed for took place."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - WEEK)
    with pytest.raises(Invalid):
        visit(course, physician, at, **values)


def test_a_report_is_due_every_ten_treatment_days(patient, physician):
    """Payers refuse what comes after the tenth day without one."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - 8 * WEEK)
    for days in range(40, 31, -1):
        visit(course, physician, NOW - timedelta(days=days))
    (view,) = therapies_in_care(physician, today=TODAY, now=NOW)
    assert view.standing.report_is_due
    visit(course, physician, NOW - timedelta(days=30), is_progress_report=True)
    (view,) = therapies_in_care(physician, today=TODAY, now=NOW)
    assert (view.standing.since_report, view.standing.report_is_due) == (0, False)


def test_a_therapist_sees_the_therapies_of_their_own_people_only(patient, physician):
    """A list of everybody would open every chart a little."""
    make_course(patient, physician, now=NOW)
    make_course(make_patient(), physician, now=NOW)
    views = therapies_in_care(physician, today=TODAY, now=NOW)
    assert [view.course.patient for view in views] == [patient]
    assert therapies_in_care(make_user(Role.PHYSICIAN), today=TODAY, now=NOW) == []
