"""Courses of treatment: ordered, and ordered in another dose."""

from datetime import date, datetime, timedelta

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from treatments.actions.changed_history import history_changed
from treatments.actions.course_orders import CourseOrder, checked_order, locked_course, may_order
from treatments.actions.course_rows import ROWS, columns_of, refused
from treatments.actions.course_steps import CourseStepRefused, enter_state, note_state
from treatments.actions.order_rules import ask_about_order, file_for_course
from treatments.domain.course_orders import BadOrder, MedicationOrder
from treatments.domain.states import RUNNING, CourseStatus
from treatments.models import CourseForm, TreatmentCourse

DOSE_CHANGED = "Dose changed"


@action
def order_course(*, order: CourseOrder, today: date, by: User, now: datetime) -> TreatmentCourse:
    """Write a course: planned, or begun on its first day. A medication joins the person's list.

    Raises `Invalid` with the field for what makes no sense, `OverMaximum` for a dose above the
    maximum without a reason, `NotAllowedByRules`, `NotAllowed`.
    """
    may_order(by, order.treatment)
    lock_record(order.patient)
    detail = checked_order(order, today)
    verdict = ask_about_order(order, detail, today=today, by=by)
    start = order.start_date or (today if order.begins else None)
    if order.begins and start is not None and start > today:
        sentence = "It has not begun yet: plan it, or let it begin today."
        raise refused(BadOrder("start_date", sentence))
    course = TreatmentCourse.objects.create(
        patient=order.patient,
        treatment=order.treatment,
        form=order.treatment.details["form"],
        consultation=order.consultation,
        goal=order.goal.strip(),
        instructions=order.instructions.strip(),
        start_date=start,
        end_date=order.end_date,
        follows=order.follows,
        ordered_by=by,
        ordered_at=now,
    )
    row = ROWS[type(detail)].objects.create(course=course, **columns_of(detail))
    setattr(course, course.form, row)
    note_state(course, "", "", by, now)
    if order.begins:
        enter_state(course, CourseStatus.ACTIVE, "", by, now)
    file_for_course(course, verdict, by=by, now=now)
    history_changed([course.patient_id], now=now)
    return course


@action
def change_dose(
    *,
    course: TreatmentCourse,
    order: MedicationOrder,
    on: date,
    today: date,
    reason: str = "",
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    by: User,
    now: datetime,
) -> TreatmentCourse:
    """Another dose from a day on: a new course that follows this one, which stops the day before.

    Raises `CourseStepRefused` for one that does not run, `Invalid`, `OverMaximum`, `NotAllowed`,
    `NotAllowedByRules` unless `override_reason` says why it goes on.
    """
    may_order(by, course.treatment)
    lock_record(course.patient)
    current = locked_course(course)
    if current.form != CourseForm.MEDICATION:
        raise Invalid("Only a medication has a dose.")
    if CourseStatus(current.status) not in RUNNING:
        raise CourseStepRefused(f"This course is {current.status}; order a new one instead.")
    if on > today:
        raise refused(BadOrder("on", "This day is still to come."))
    start = current.start_date or on
    if on < start:
        raise refused(BadOrder("on", f"The course began on {start:%b %-d, %Y}."))
    wish = CourseOrder(current.patient, current.treatment, order, start_date=on)
    detail = checked_order(wish, today)
    if current.order == detail:
        raise Invalid("This is the dose it has now.")
    current.end_date = max(start, on - timedelta(days=1))
    words = f"{DOSE_CHANGED}: {reason.strip()}" if reason.strip() else DOSE_CHANGED
    enter_state(current, CourseStatus.STOPPED, words, by, now)
    return order_course(
        order=CourseOrder(
            patient=current.patient,
            treatment=current.treatment,
            detail=detail,
            goal=current.goal,
            instructions=current.instructions,
            start_date=on,
            consultation=current.consultation,
            override_reason=override_reason,
            seen=seen,
            follows=current,
        ),
        today=today,
        by=by,
        now=now,
    )
