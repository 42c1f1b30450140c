"""What was stopped, moved or told in passing: the chart and the follow-ups say what is so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import (
    ibuprofen,
    make_course,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from treatments.actions.course_changes import CourseChange, change_course
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.actions.follow_ups import write_follow_ups
from treatments.domain.course_orders import ReferralOrder, TherapyOrder
from treatments.models import FollowUp, TreatmentCourse
from treatments.queries import scores
from treatments.queries.courses import course_view
from treatments.queries.effects import effects_for

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
TODAY = NOW.date()
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


def change(course, doctor, detail, **days):
    course = TreatmentCourse.objects.with_details().get(pk=course.pk)
    change_course(
        course=course,
        change=CourseChange(detail, **days),
        revision=course.revision,
        today=TODAY,
        by=doctor,
        now=NOW,
    )


def test_a_certified_plan_closes_its_certification(doctor, patient):
    """A call about a signature that is there wastes an hour; one after the plan ended costs all."""
    plan = {
        "certified_start_date": TODAY,
        "certified_end_date": TODAY + 70 * DAY,
        "certified_by": "Dr. Wu",
    }
    plain = TherapyOrder(Decimal(2), 12, visits_authorized=12)
    ready = make_course(patient, doctor, detail=replace(plain, **plan), now=NOW)
    assert days_of(ready) == {"score-4w": 28, "recertification": 60}
    again = FollowUp.objects.get(course=ready, step="recertification")
    assert again.due_at.date() == TODAY + 70 * DAY
    other = make_patient()
    care_for(other, doctor)
    later = make_course(other, doctor, detail=plain, now=NOW)
    assert days_of(later) == {"certification": 0, "score-4w": 28, "recertification": 80}
    change(later, doctor, replace(plain, **plan), start_date=TODAY)
    assert days_of(later) == {"certification": 0, "score-4w": 28, "recertification": 60}
    assert FollowUp.objects.get(course=later, step="certification").status == "completed"


def days_of(course):
    rows = FollowUp.objects.filter(course=course)
    return {row.step: (row.earliest_at.date() - TODAY).days for row in rows}


def test_after_an_operation_days_count_from_the_operation(patient, doctor):
    """The wound is looked at two weeks after the knife, not two weeks after the referral."""
    course = make_course(patient, doctor, treatment="fusion", start_date=TODAY - 90 * DAY, now=NOW)
    assert days_of(course) == {}
    sent = ReferralOrder("Harbor Spine Surgery")
    done = ReferralOrder("Harbor Spine Surgery", performed_date=TODAY - 3 * DAY)
    change(course, doctor, done, start_date=course.start_date)
    assert (days_of(course)["safety-call"], days_of(course)["visit-2w"]) == (-1, 11)
    corrected = ReferralOrder("Harbor Spine Surgery", performed_date=TODAY - 2 * DAY)
    change(course, doctor, corrected, start_date=course.start_date)
    assert days_of(course)["visit-2w"] == 12
    change(course, doctor, sent, start_date=course.start_date)
    assert set(FollowUp.objects.values_list("status", flat=True)) == {"cancelled"}


def test_another_first_day_moves_what_nobody_has_touched(patient, doctor):
    """A blood test is due so long after the first tablet; what was done was done when it was."""
    course = make_course(patient, doctor, treatment="nsaid", start_date=TODAY - 20 * DAY, now=NOW)
    labs = FollowUp.objects.get(course=course, step="labs-2w")
    pressure = FollowUp.objects.get(course=course, step="blood-pressure-4w")
    close_follow_up(follow_up=labs, result=FollowUpResult.DONE, by=doctor, now=NOW)
    close_follow_up(follow_up=pressure, result=FollowUpResult.NO_ANSWER, by=doctor, now=NOW)
    before = days_of(course)
    change(course, doctor, ibuprofen(doctor), start_date=TODAY - 10 * DAY)
    after = days_of(course)
    # Six months after May 21 and after May 31: the 30th of November is the last of its month.
    assert (before["labs-6m"], after["labs-6m"]) == (164, 173)
    assert after["labs-2w"] == before["labs-2w"]
    assert after["blood-pressure-4w"] == before["blood-pressure-4w"]


def told(patient, doctor):
    found = effects_for(doctor, patient, zone=ZoneInfo("UTC"), now=NOW)
    return {effect.key: effect for effect in found}["epidural-steroid-injection"]


def test_what_was_stopped_was_not_tried(patient, doctor):
    """Relief by something that was never given sends everybody the wrong way."""
    make_response(patient, 8, at=NOW - 41 * DAY)
    make_procedure(patient, doctor, at=NOW - 40 * DAY, status="signed", outcome="stopped")
    make_response(patient, 2, at=NOW - 20 * DAY)
    only = told(patient, doctor)
    assert (only.times, only.stopped, only.best.shown, only.held) == (0, 1, "Not completed.", "")


def test_after_what_was_stopped_only_safety_is_asked(patient, doctor):
    """Somebody who had a needle in is called; nobody asks how much it helped."""
    done = make_procedure(patient, doctor, at=NOW, status="signed", outcome="stopped")
    assert [row.step for row in write_follow_ups(procedure=done, by=doctor, now=NOW)] == [
        "safety-call"
    ]


def test_a_stopped_procedure_is_none_of_the_planned_ones(patient, doctor):
    """“2 of 2 done” would end a course of which one half was given."""
    course = make_course(patient, doctor, treatment="epidural-steroid-injection", now=NOW)
    for outcome in ("completed", "stopped"):
        make_procedure(patient, doctor, at=NOW, status="signed", outcome=outcome, course=course)
    view = course_view(doctor, course.pk, today=TODAY, now=NOW)
    assert (len(view.procedures), view.procedures_done) == (2, 1)


def test_pain_written_down_with_a_procedure_is_its_baseline(patient, doctor):
    """Who measured it had it on the form, and was told that there was no score from before."""
    make_response(patient, 4, at=NOW - 60 * DAY, instrument="nrs-now")
    done = make_procedure(patient, doctor, at=NOW - 40 * DAY, status="signed", pain_before=8)
    later = make_response(
        patient, 2, at=NOW - 20 * DAY, instrument="nrs-now", procedure=done, occasion="follow_up"
    )
    found = told(patient, doctor)
    assert (found.best.shown, found.held) == ("75 %", "at least 20 days")
    rows = {row.response.pk: row for row in scores.score_rows(doctor, patient)}
    assert (rows[later.pk].relief.shown, rows[later.pk].before.score) == ("75 %", 8)


def test_what_was_asked_on_the_same_day_goes_before_it(patient, doctor):
    """A score is asked in full words, pain on the form in passing."""
    make_response(patient, 4, at=NOW - 40 * DAY - timedelta(hours=1), instrument="nrs-now")
    make_procedure(patient, doctor, at=NOW - 40 * DAY, status="signed", pain_before=8)
    make_response(patient, 2, at=NOW - 20 * DAY, instrument="nrs-now")
    assert told(patient, doctor).best.shown == "50 %"


def test_pain_now_is_no_baseline_of_another_question(patient, doctor):
    """Pain of the moment and pain of a week are never compared."""
    make_procedure(patient, doctor, at=NOW - 40 * DAY, status="signed", pain_before=8)
    make_response(patient, 2, at=NOW - 20 * DAY)
    found = told(patient, doctor)
    assert (found.best.percent, found.best.shown) == (None, "No score from after.")
