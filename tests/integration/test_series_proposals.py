"""Times proposed for a course: they can be booked, and what is missing is said."""

from datetime import time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.shared.errors import Invalid
from scheduling.domain.courses import CourseWish
from scheduling.models import (
    Holiday,
    TimeOff,
)
from scheduling.queries.courses import CourseQuestion, propose_course
from tests.integration.gym import MONDAY, NOW, Gym, visits_of

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
