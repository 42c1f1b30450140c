"""Visits of a course of therapy: recorded by hand, or by the calendar when a visit is completed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from treatments.actions.course_rows import refused
from treatments.actions.course_steps import begin_by_visit
from treatments.domain.course_orders import BadOrder
from treatments.domain.states import CourseStatus
from treatments.models import (
    CourseForm,
    SelfCareCheck,
    TherapyVisit,
    TreatmentCourse,
    VisitOutcome,
)

# Two visits closer together than this are one that was written down twice.
SAME_VISIT = timedelta(hours=6)
LONGEST_VISIT = 600
# Days begin at different instants around the world.
_A_DAY = timedelta(days=1)


class VisitThereAlready(Conflict):
    """A visit of that time is recorded; `details["visit"]` is its id."""

    code = "visit_there_already"
    title = "Recorded already?"
    default_sentence = "A visit at about that time is recorded already. Was this another one?"


class NotATherapy(Invalid):
    """Visits are counted for courses of therapy only."""

    default_sentence = "Visits are recorded for courses of therapy."


@dataclass(frozen=True)
class Visit:
    """What happened: when, whether the person came, how long, what was said."""

    occurred_at: datetime
    outcome: VisitOutcome = VisitOutcome.ATTENDED
    minutes: int | None = None
    note: str = ""
    is_progress_report: bool = False


@action
def record_visit(
    *,
    course: TreatmentCourse,
    visit: Visit,
    is_another: bool = False,
    by: User,
    now: datetime,
) -> TherapyVisit:
    """Write down that somebody came, or did not.

    Raises `VisitThereAlready` unless it `is_another` one, `Invalid` for a time that cannot be or a
    course that has not begun, `NotAllowed`.
    """
    require(by, "treatments.record_visits")
    current = _locked(course)
    _check(current, visit, now)
    if not is_another:
        _refuse_twice(current, visit.occurred_at)
    row = TherapyVisit.objects.create(
        course=current,
        occurred_at=visit.occurred_at,
        outcome=visit.outcome,
        minutes=visit.minutes,
        note=visit.note.strip(),
        is_progress_report=visit.is_progress_report,
        recorded_by=by,
    )
    return TherapyVisit.objects.get(pk=row.pk)


@action
def void_visit(*, visit: TherapyVisit, by: User, now: datetime) -> TherapyVisit:
    """Say that a visit was entered by mistake: it stays readable and counts no more.

    Raises `Conflict` if that was said before, `NotAllowed`.
    """
    require(by, "treatments.record_visits")
    current = TherapyVisit.objects.select_for_update(no_key=True).get(pk=visit.pk)
    if current.outcome == VisitOutcome.VOIDED:
        raise Conflict("This visit does not count any more already.")
    current.outcome = VisitOutcome.VOIDED
    current.save(update_fields=["outcome"])
    return current


@action
def visit_of_appointment(
    *,
    course: TreatmentCourse,
    appointment_id: UUID,
    occurred_at: datetime,
    on: date,
    minutes: int,
    outcome: VisitOutcome,
    by: User,
    now: datetime,
) -> TherapyVisit | None:
    """What became of a visit of the calendar, counted in its course; None if it counts no visits.

    Whoever may complete or take back the appointment may do this: it asks for no permission of its
    own. One appointment is one row, whatever is done to it and however often. A visit that was
    written down by hand at that time is this one. Nothing is written for a visit that did not
    count before and does not now. A planned course begins `on` the day of its first visit.
    """
    if course.form != CourseForm.THERAPY:
        return None
    current = _locked(course)
    rows = TherapyVisit.objects.select_for_update(no_key=True)
    row = rows.filter(appointment_id=appointment_id).first()
    if row is None and outcome == VisitOutcome.ATTENDED:
        row = _by_hand(current, occurred_at)
    if row is None:
        if outcome == VisitOutcome.VOIDED:
            return None
        row = TherapyVisit(course=current, occurred_at=occurred_at, recorded_by=by)
        row.minutes = minutes if outcome == VisitOutcome.ATTENDED else None
    row.appointment_id = appointment_id
    row.outcome = outcome
    row.save()
    if outcome == VisitOutcome.ATTENDED:
        begin_by_visit(course=current, on=on, by=by, now=now)
    return row


@action
def record_self_care(
    *,
    course: TreatmentCourse,
    asked_date: date,
    times_done: int,
    note: str = "",
    today: date,
    by: User,
    now: datetime,
) -> SelfCareCheck:
    """Write down how often a person did it in the seven days up to a day; asked again, it changes.

    Raises `Invalid`, `NotAllowed`.
    """
    require(by, "treatments.record_visits")
    current = _locked(course)
    if current.form != CourseForm.SELF_CARE:
        raise Invalid("Only self-care is asked about like this.")
    if asked_date > today:
        raise refused(BadOrder("asked_date", "This day is still to come."))
    if current.start_date is None or asked_date < current.start_date:
        raise refused(BadOrder("asked_date", "The course had not begun then."))
    if not 0 <= times_done <= 100:
        raise refused(BadOrder("times_done", "0 to 100 times in a week."))
    check, _is_new = SelfCareCheck.objects.update_or_create(
        course=current,
        asked_date=asked_date,
        defaults={"times_done": times_done, "note": note.strip(), "recorded_by": by},
    )
    return check


def _locked(course: TreatmentCourse) -> TreatmentCourse:
    return TreatmentCourse.objects.select_for_update(no_key=True).get(pk=course.pk)


def _check(course: TreatmentCourse, visit: Visit, now: datetime) -> None:
    if course.form != CourseForm.THERAPY:
        raise NotATherapy
    if course.status == CourseStatus.PLANNED or course.start_date is None:
        raise Invalid("This course has not begun. Begin it first.")
    if visit.outcome == VisitOutcome.VOIDED:
        raise Invalid("Say whether the person came.")
    _check_day(course, course.start_date, visit.occurred_at, now)
    if visit.minutes is not None and not 1 <= visit.minutes <= LONGEST_VISIT:
        raise refused(BadOrder("minutes", f"A visit has 1 to {LONGEST_VISIT} minutes."))
    if visit.is_progress_report and visit.outcome != VisitOutcome.ATTENDED:
        raise refused(BadOrder("is_progress_report", "A report is written when somebody came."))


def _check_day(course: TreatmentCourse, start: date, at: datetime, now: datetime) -> None:
    if at > now:
        raise refused(BadOrder("occurred_at", "This visit is still to come."))
    day = at.date()
    if day < start - _A_DAY:
        sentence = f"The course began on {start:%b %-d, %Y}."
        raise refused(BadOrder("occurred_at", sentence))
    ended = course.status in {CourseStatus.COMPLETED, CourseStatus.STOPPED}
    if ended and course.end_date is not None and day > course.end_date + _A_DAY:
        sentence = f"The course ended on {course.end_date:%b %-d, %Y}."
        raise refused(BadOrder("occurred_at", sentence))


def _near(course: TreatmentCourse, at: datetime) -> list[TherapyVisit]:
    counted = course.visits.exclude(outcome=VisitOutcome.VOIDED)
    near = counted.filter(occurred_at__gt=at - SAME_VISIT, occurred_at__lt=at + SAME_VISIT)
    return list(near.order_by("occurred_at"))


def _refuse_twice(course: TreatmentCourse, at: datetime) -> None:
    for there in _near(course, at)[:1]:
        raise VisitThereAlready(details={"visit": str(there.pk)})


def _by_hand(course: TreatmentCourse, at: datetime) -> TherapyVisit | None:
    near = [visit for visit in _near(course, at) if visit.appointment_id is None]
    return near[0] if near else None
