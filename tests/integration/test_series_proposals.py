"""Times proposed for a course: they can be booked, and what is missing is said."""

from datetime import time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.errors import Invalid
from scheduling.actions.series import CourseRequest, book_series
from scheduling.domain.courses import CourseWish
from scheduling.models import (
    Holiday,
    TimeOff,
)
from scheduling.queries.courses import CourseQuestion, propose_course, recheck_course
from tests import builders
from tests.integration.gym import MONDAY, NOW, Gym, visits_of
from tests.integration.rules.test_booking import NOW as EPIDURALS_NOW
from tests.integration.rules.test_booking import Epidurals
from tests.rule_builders import CAP

pytestmark = pytest.mark.django_db


@pytest.fixture
def gym():
    return Gym()


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


def epidurals(count, per_week=1, had=()):
    """A course of epidurals for somebody who had some so many days ago."""
    clinic = Epidurals()
    clinic.patient = builders.make_patient()
    for days in had:
        clinic.had(EPIDURALS_NOW - timedelta(days=days))
    wish = CourseWish(count=count, per_week=per_week, first_day=EPIDURALS_NOW.date())
    question = CourseQuestion(clinic.patient.pk, clinic.kind, clinic.site, wish)
    return clinic, question


def test_a_course_counts_its_own_visits_against_the_limits():
    """Five epidurals in a row are proposed, chosen, read out on the phone, and then refused."""
    clinic, question = epidurals(5)
    proposal = propose_course(clinic.clerk, question, now=EPIDURALS_NOW)
    visits = proposal.course.visits
    assert (len(visits), proposal.course.unplaced) == (4, 1)
    first = visits[0].day
    free_again = first.replace(year=first.year + 1)
    assert f"The earliest day for one more is {free_again:%A, %B} {free_again.day}" in (
        proposal.shortfall
    )
    wish = CourseRequest(
        clinic.patient, clinic.kind, clinic.site, [(v.start_at, None) for v in visits], 1
    )
    assert len(visits_of(book_series(request=wish, by=clinic.clerk, now=EPIDURALS_NOW))) == 4


def test_a_week_that_a_limit_leaves_empty_says_so():
    """“Full” would send the desk looking for another clinician."""
    # Three in the last year: the second of the course must wait for the oldest to fall out.
    clinic, question = epidurals(2, had=(350, 200, 100))
    proposal = propose_course(clinic.clerk, question, now=EPIDURALS_NOW)
    first, second = proposal.course.visits
    oldest = (EPIDURALS_NOW - timedelta(days=350)).date()
    assert first.day < oldest.replace(year=oldest.year + 1) <= second.day
    assert {gap.reason for gap in proposal.gaps} == {CAP["desk_message"]}


def test_a_day_that_somebody_chose_beyond_a_limit_is_not_free():
    """A visit added by hand counts as the others do."""
    clinic, question = epidurals(4)
    proposal = propose_course(clinic.clerk, question, now=EPIDURALS_NOW)
    last = proposal.course.visits[-1].start_at
    times = [(visit.start_at, None) for visit in proposal.course.visits]
    chosen = [*times, (last + timedelta(days=7), None)]
    again = recheck_course(clinic.clerk, question, chosen, now=EPIDURALS_NOW)
    assert [visit.is_free for visit in again.course.visits] == [True] * 4 + [False]
    assert CAP["desk_message"] in again.shortfall
