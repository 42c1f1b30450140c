"""What becomes due after a treatment, and what becomes of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinic.shared.errors import Conflict, Invalid
from patients.models import Condition
from tests.outcome_builders import DAY, NOW, TODAY
from tests.record_builders import (
    make_event,
    make_follow_up,
    make_plain_course,
    make_procedure,
    make_response,
)
from treatments.actions import course_steps, courses, procedures
from treatments.actions.course_orders import CourseOrder
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.actions.follow_ups import Closed, cancel_follow_ups_of, write_follow_ups
from treatments.actions.procedures import NotReady
from treatments.domain.course_orders import TherapyOrder
from treatments.domain.procedures import Content
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    FollowUp,
    Procedure,
    QuestionnaireResponse,
)
from treatments.queries import follow_ups as due

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "code", "is_due"),
    [
        ("T2DM, insulin", "E11.9", True),
        ("T2DM, insulin", "", True),
        ("No diabetes", "", False),
        ("Diabetes insipidus", "", False),
        ("Pre-diabetes", "", False),
    ],
)
def test_the_glucose_call_goes_to_whom_the_chart_calls_diabetic(
    physician, patient, text, code, is_due
):
    """A steroid raises the sugar of who has diabetes, however the problem list spells it."""
    Condition.objects.create(
        patient=patient,
        text=text,
        code=code,
        code_system="http://hl7.org/fhir/sid/icd-10-cm" if code else "",
        status="active",
    )
    done = make_procedure(
        patient, physician, at=NOW, status="signed", drugs=[("triamcinolone", "40")]
    )
    rows = write_follow_ups(procedure=done, by=physician, now=NOW)
    assert ("glucose-call" in [row.step for row in rows]) is is_due


def test_signing_writes_what_is_due_once(physician, patient):
    """A step that is written twice is done twice, or not at all."""
    Condition.objects.create(patient=patient, text="Type 2 diabetes mellitus", status="active")
    done = make_procedure(
        patient, physician, at=NOW, status="signed", drugs=[("triamcinolone", "40")]
    )
    for _ in range(2):
        rows = write_follow_ups(procedure=done, by=physician, now=NOW)
    assert [row.step for row in rows] == [
        "safety-call",
        "glucose-call",
        "score-2w",
        "visit-4w",
        "score-3m",
        "score-6m",
        "score-12m",
    ]
    assert rows[0].due_at == NOW + 2 * DAY
    assert FollowUp.objects.count() == 7
    count = cancel_follow_ups_of(procedure=done, reason="Entered in error", by=physician, now=NOW)
    assert count == 7


def test_a_correction_takes_over_what_hangs_on_the_first_version(physician, patient):
    """A call that was made stays made; what is open moves to the right day."""
    first = make_procedure(patient, physician, at=NOW - 5 * DAY, status="signed")
    call, *_rest = write_follow_ups(procedure=first, by=physician, now=NOW)
    close_follow_up(follow_up=call, result=FollowUpResult.DONE, by=physician, now=NOW)
    make_response(patient, 8, at=NOW - 6 * DAY, procedure=first, occasion="baseline")
    make_event(patient, physician, at=NOW - DAY, procedure=first)
    Procedure.objects.filter(pk=first.pk).update(record_status="amended")
    values = {"replaces": first, "amendment_reason": "The day before"}
    second = make_procedure(patient, physician, at=NOW - 6 * DAY, status="signed", **values)
    rows = write_follow_ups(procedure=second, by=physician, now=NOW)
    assert {row.procedure_id for row in rows} == {second.pk}
    assert [row.status for row in rows][:2] == ["completed", "requested"]
    assert rows[1].earliest_at == NOW + 8 * DAY
    assert QuestionnaireResponse.objects.get().procedure_id == second.pk
    assert AdverseEvent.objects.get().procedure_id == second.pk
    assert FollowUp.objects.count() == 6


def test_a_course_writes_its_own_and_stopping_cancels_them(physician, patient):
    """Laboratory tests of a drug that nobody takes any more are noise."""
    course = make_plain_course(patient, physician, status="active", start_date=date(2026, 6, 1))
    rows = write_follow_ups(course=course, by=physician, now=NOW)
    assert [row.step for row in rows] == ["labs-2w", "blood-pressure-4w", "labs-6m"]
    assert rows[0].due_at.date() == date(2026, 6, 15)
    assert cancel_follow_ups_of(course=course, reason="Stopped", by=physician, now=NOW) == 3
    assert due.open_follow_ups(physician, patient) == []


def test_what_is_due_is_shown_to_its_role_the_most_overdue_first(physician, patient):
    """A nurse begins with the call that waits longest."""
    late = make_follow_up(patient, due_at=NOW - 3 * DAY)
    soon = make_follow_up(patient, due_at=NOW + timedelta(hours=2))
    later = make_follow_up(patient, due_at=NOW + 30 * DAY)
    make_follow_up(patient, due_at=NOW - 9 * DAY, owner_role="physician")

    def listed(**wanted):
        return due.work_list(physician, due.Wanted("nurse", **wanted), page=list, now=NOW)

    assert listed() == [late, soon]
    assert listed(when="overdue") == [late]
    assert listed(when="later") == [later]
    assert listed(kind="visit") == []
    done = FollowUpResult.DONE
    missed = close_follow_up(follow_up=late, result=FollowUpResult.NO_ANSWER, by=physician, now=NOW)
    assert (missed.status, missed.closed_at, missed.tries) == ("in_progress", None, 1)
    assert listed() == [soon]
    with pytest.raises(Invalid, match="Say why"):
        close_follow_up(follow_up=soon, result=FollowUpResult.NOT_NEEDED, by=physician, now=NOW)
    close_follow_up(follow_up=late, result=done, note="All well", by=physician, now=NOW)
    assert listed(when="ended") == [late]
    with pytest.raises(Closed) as refusal:
        close_follow_up(follow_up=late, result=done, by=physician, now=NOW)
    assert isinstance(refusal.value, Conflict)


def test_the_signature_itself_writes_what_is_due(physician, patient):
    """Nobody has to remember it; withdrawing takes it back in the same transaction."""
    content = Content(
        performed_at=NOW,
        region="lumbar",
        levels=("L4-L5",),
        laterality="left",
        approach="interlaminar",
        purpose="therapeutic",
        checklist={"consent": True, "time_out": True, "allergies_reviewed": True},
    )
    draft = procedures.start_procedure(
        patient=patient,
        treatment=CatalogueEntry.objects.get(pk="epidural-steroid-injection"),
        performer=physician,
        content=content,
        by=physician,
        now=NOW,
    )
    assert not FollowUp.objects.exists()
    sign = {"by": physician, "now": NOW + timedelta(minutes=5)}
    try:
        procedures.sign_procedure(procedure=draft, reasons={}, **sign)
    except NotReady as refusal:
        reasons = {lack["code"]: "Told so" for lack in refusal.details["lacks"]}
        procedures.sign_procedure(procedure=draft, reasons=reasons, **sign)
    assert FollowUp.objects.filter(status="requested").count() == 6
    signed = Procedure.objects.get(pk=draft.pk)
    procedures.withdraw_procedure(procedure=signed, reason="Another person", **sign)
    assert FollowUp.objects.filter(status="cancelled", result="Another person").count() == 6


def test_a_course_that_begins_writes_what_is_due(physician, patient):
    """From its first day; and stopping it cancels what is open."""
    order = CourseOrder(
        patient,
        CatalogueEntry.objects.get(pk="physical-therapy"),
        TherapyOrder(visits_per_week=Decimal(2), visits_planned=8),
        begins=True,
    )
    course = courses.order_course(order=order, today=TODAY, by=physician, now=NOW)
    steps = [row.step for row in due.open_follow_ups(physician, patient)]
    assert steps == ["certification", "score-4w", "recertification"]
    step = {"on": TODAY, "today": TODAY, "by": physician, "now": NOW}
    course_steps.take_course_step(course=course, to="stopped", reason="Moved away", **step)
    assert due.open_follow_ups(physician, patient) == []
