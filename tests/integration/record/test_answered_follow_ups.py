"""Scores and diaries answer what was due, and a diary says what a block did."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import (
    make_course,
    make_procedure,
    shipped_catalogue,
    shipped_instruments,
)
from treatments.actions.course_steps import take_course_step
from treatments.actions.follow_ups import write_follow_ups
from treatments.actions.outcomes import Answered, record_diary, record_responses
from treatments.domain.course_orders import ReferralOrder
from treatments.domain.states import CourseStatus
from treatments.models import FollowUp, Instrument
from treatments.queries.effects import effects_for

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    person = make_patient()
    care_for(person, doctor)
    return person


def treated(patient, doctor, *, days_ago, **values):
    done = make_procedure(patient, doctor, at=NOW - days_ago * DAY, status="signed", **values)
    write_follow_ups(procedure=done, by=doctor, now=NOW - days_ago * DAY)
    return done


def block(patient, doctor):
    return treated(
        patient,
        doctor,
        days_ago=1,
        treatment="medial-branch-block",
        approach="medial_branch",
        purpose="diagnostic",
        drugs=[("bupivacaine", "5")],
    )


def diary(patient, doctor, done, *scores):
    hours = map(Decimal, ("0.5", "1", "2", "4", "6", "8"))
    record_diary(
        procedure=done,
        instrument=Instrument.objects.get(key="block-diary"),
        before=7,
        entries=dict(zip(hours, [*scores, *[None] * (6 - len(scores))], strict=True)),
        by=doctor,
        now=NOW,
    )


def open_steps(kind):
    return list(FollowUp.objects.filter(kind=kind, closed_at=None).values_list("step", flat=True))


def asked(doctor, patient, done, days_ago, *keys):
    told = [
        Answered(
            Instrument.objects.get(key=key),
            {"pain": 2},
            NOW - days_ago * DAY,
            occasion="follow_up",
            procedure=done,
        )
        for key in keys
    ]
    record_responses(patient=patient, answered=told, by=doctor, now=NOW)


def test_scores_answer_what_was_due(doctor, patient):
    """A nurse must not ask again for what was told this morning; two scales are one answer."""
    done = treated(patient, doctor, days_ago=120)
    asked(doctor, patient, done, 105, "nrs-now", "nrs-average")
    assert open_steps("questionnaire") == ["score-3m", "score-6m", "score-12m"]
    closed = FollowUp.objects.get(step="score-2w")
    assert (closed.status, closed.closed_by, closed.result) == ("completed", doctor, "Answered.")


def test_a_score_that_was_missed_stays_open(doctor, patient):
    """Three months are not two weeks: nobody knows what was felt then."""
    done = treated(patient, doctor, days_ago=120)
    asked(doctor, patient, done, 25, "nrs-average")
    assert open_steps("questionnaire") == ["score-2w", "score-6m", "score-12m"]


def test_a_score_before_anything_is_due_closes_nothing(doctor, patient):
    """Pain on the way out of the door is not pain after two weeks."""
    done = treated(patient, doctor, days_ago=3)
    asked(doctor, patient, done, 2, "nrs-average")
    assert "score-2w" in open_steps("questionnaire")


def test_a_diary_is_done_with_its_last_hour(doctor, patient):
    """Until then somebody must still ask for the rest of it."""
    done = block(patient, doctor)
    diary(patient, doctor, done, 1, 1)
    assert open_steps("diary")
    diary(patient, doctor, done, 1, 1, 1, 2, 6, 7)
    assert not open_steps("diary")


def test_a_block_is_judged_by_its_diary(doctor, patient):
    """Weeks later a block has done nothing; the hours after it are what it was done for."""
    done = block(patient, doctor)
    diary(patient, doctor, done, 1, 1, 1, 2, 6, 7)
    (effect,) = effects_for(doctor, patient, zone=ZoneInfo("UTC"), now=NOW)
    assert effect.by_diary
    assert (effect.best.shown, effect.held) == ("86 %", "4 hours")


def test_a_completed_course_leaves_nothing_to_come(doctor, patient):
    """A plan of care that is over is not certified again; what is due by now stays."""
    course = make_course(patient, doctor, now=NOW - 31 * DAY)
    day = NOW.date()
    take_course_step(
        course=course, to=CourseStatus.COMPLETED, on=day, today=day, by=doctor, now=NOW
    )
    open_ones = FollowUp.objects.filter(course=course, closed_at=None)
    assert set(open_ones.values_list("step", flat=True)) == {"certification", "score-4w"}
    closed = FollowUp.objects.get(course=course, step="recertification")
    assert (closed.status, closed.result) == ("cancelled", "The course was completed before.")


def test_a_completed_operation_keeps_what_follows_it(doctor, patient):
    """After an operation is when the wound is looked at."""
    day = NOW.date()
    operated = ReferralOrder("Harbor Spine Surgery", performed_date=day - 2 * DAY)
    course = make_course(patient, doctor, treatment="discectomy", detail=operated, now=NOW - DAY)
    take_course_step(
        course=course, to=CourseStatus.COMPLETED, on=day, today=day, by=doctor, now=NOW
    )
    assert FollowUp.objects.filter(course=course, closed_at=None).count() >= 3
