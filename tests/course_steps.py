"""Courses of one afternoon, taken from step to step, for the tests of the record."""

from datetime import UTC, datetime, timedelta

from treatments.actions.course_steps import take_course_step
from treatments.domain.states import CourseStatus

NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
TODAY = NOW.date()
WEEK = timedelta(days=7)


def step(course, to, by, *, on=TODAY, reason=""):
    """Take the step now."""
    return take_course_step(
        course=course, to=CourseStatus(to), on=on, today=TODAY, reason=reason, by=by, now=NOW
    )


def field_of(error):
    """The one field that a refusal is about."""
    (field,) = error.value.details["fields"]
    return field
