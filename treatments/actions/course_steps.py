"""Courses of treatment going on: begun, paused, ended."""

from datetime import date, datetime

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict
from patients.actions.standing import lock_record
from treatments.actions.changed_history import history_changed
from treatments.actions.course_orders import locked_course, may_order, planned_order
from treatments.actions.course_rows import refused
from treatments.actions.findings import clear_findings
from treatments.actions.follow_ups import cancel_follow_ups_of, write_follow_ups
from treatments.actions.medication_list import list_medication
from treatments.actions.order_rules import ask_about_order, file_for_course
from treatments.domain.course_orders import BadOrder, check_day
from treatments.domain.rules_states import SubjectKind
from treatments.domain.states import COURSE_REASONS, COURSE_STEPS, CourseStatus
from treatments.models import CourseEvent, CourseForm, TreatmentCourse

COMPLETED = "The course was completed before."


class CourseStepRefused(Conflict):
    """A step that does not follow from where the course stands."""

    code = "course_step_refused"
    title = "This course stands elsewhere"


@action
def take_course_step(
    *,
    course: TreatmentCourse,
    to: CourseStatus,
    on: date,
    today: date,
    reason: str = "",
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    by: User,
    now: datetime,
) -> TreatmentCourse:
    """Begin, pause, resume, complete or stop a course, on a day that is not to come.

    To begin what was planned asks the clinical rules as ordering does: much may have happened.
    Raises `CourseStepRefused` with where it stands, `Invalid` without the reason it takes or for an
    impossible day, `NotAllowedByRules`, `NotAllowed`.
    """
    may_order(by, course.treatment)
    lock_record(course.patient)
    current = locked_course(course)
    if to not in COURSE_STEPS[CourseStatus(current.status)]:
        raise CourseStepRefused(f"This course is {current.status} and cannot become {to}.")
    if to in COURSE_REASONS and not reason.strip():
        raise refused(BadOrder("reason", "Say why."))
    if on > today:
        raise refused(BadOrder("on", "This day is still to come."))
    try:
        check_day("on", on, today=today, born=current.patient.birth_date)
    except BadOrder as error:
        raise refused(error) from error
    begins = current.status == CourseStatus.PLANNED and to == CourseStatus.ACTIVE
    _set_days(current, to, on)
    if begins:
        order = planned_order(current, override_reason, seen)
        verdict = ask_about_order(order, order.detail, today=today, by=by, planned=current)
        file_for_course(current, verdict, is_new=False, by=by, now=now)
    enter_state(current, to, reason.strip(), by, now)
    history_changed([current.patient_id], now=now)
    return current


@action
def begin_by_visit(
    *, course: TreatmentCourse, on: date, by: User, now: datetime
) -> TreatmentCourse:
    """A planned course has begun with the first visit that took place; others stay as they are.

    Whoever may complete the visit may do this: it asks for no permission of its own.
    """
    current = locked_course(course)
    if current.status == CourseStatus.PLANNED:
        _set_days(current, CourseStatus.ACTIVE, on)
        enter_state(current, CourseStatus.ACTIVE, "", by, now)
    return current


def _set_days(course: TreatmentCourse, to: CourseStatus, on: date) -> None:
    """A step says when the course began or ended."""
    begun = course.status != CourseStatus.PLANNED
    if begun and course.start_date is not None and on < course.start_date:
        raise refused(BadOrder("on", f"The course began on {course.start_date:%b %-d, %Y}."))
    if to == CourseStatus.ACTIVE and not begun:
        course.start_date = on
        if course.end_date is not None and course.end_date < on:
            course.end_date = None
    if begun and to in {CourseStatus.COMPLETED, CourseStatus.STOPPED}:
        course.end_date = on


def enter_state(
    course: TreatmentCourse, to: CourseStatus, reason: str, by: User, now: datetime
) -> None:
    """The one place where a course changes its state."""
    source = course.status
    course.status, course.status_reason = to, reason
    course.revision += 1
    course.save(update_fields=["status", "status_reason", "start_date", "end_date", "revision"])
    note_state(course, source, reason, by, now)
    list_medication(course)
    if not COURSE_STEPS[to]:
        # What was found about a course that has ended is nobody's to answer any more.
        clear_findings(SubjectKind.COURSE, course.pk, now=now)
    if to == CourseStatus.ACTIVE and source == CourseStatus.PLANNED:
        write_follow_ups(course=course, by=by, now=now)
    elif to == CourseStatus.STOPPED:
        cancel_follow_ups_of(course=course, reason=reason, by=by, now=now)
    elif to == CourseStatus.COMPLETED and course.form != CourseForm.REFERRAL:
        # After an operation is when its follow-ups are due; those of a therapy end with it.
        cancel_follow_ups_of(course=course, only_to_come=True, reason=COMPLETED, by=by, now=now)


def note_state(course: TreatmentCourse, source: str, reason: str, by: User, now: datetime) -> None:
    """Write down that the course has come to where it stands."""
    CourseEvent.objects.create(
        course=course,
        from_status=source,
        to_status=course.status,
        reason=reason,
        occurred_at=now,
        by=by,
    )
