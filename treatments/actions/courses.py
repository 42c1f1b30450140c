"""Courses of treatment: ordered, begun, paused, ended, changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions.changed_history import history_changed
from treatments.actions.course_rows import ROWS, checked_detail, columns_of, refused
from treatments.actions.documents import StaleDraft
from treatments.actions.follow_ups import cancel_follow_ups_of, write_follow_ups
from treatments.actions.medication_list import list_medication
from treatments.actions.order_rules import ask_about_order, file_for_course
from treatments.domain.course_orders import FORMS, BadOrder, Detail, MedicationOrder, check_dates
from treatments.domain.states import COURSE_REASONS, COURSE_STEPS, RUNNING, CourseStatus
from treatments.models import (
    CatalogueEntry,
    Consultation,
    CourseEvent,
    CourseForm,
    Section,
    TreatmentCourse,
)

# What a therapist orders; everything else is a physician's to order.
_THERAPISTS = frozenset({CourseForm.THERAPY, CourseForm.SELF_CARE})
DOSE_CHANGED = "Dose changed"
COMPLETED = "The course was completed before."


class CourseStepRefused(Conflict):
    """A step that does not follow from where the course stands."""

    code = "course_step_refused"
    title = "This course stands elsewhere"


@dataclass(frozen=True)
class CourseOrder:
    """A course that somebody orders. `begins` says that it goes on from `start_date`.

    `override_reason` is why it goes on although a rule stops it, `seen` the rules whose warnings
    were read.
    """

    patient: Patient
    treatment: CatalogueEntry
    detail: Detail
    begins: bool = True
    goal: str = ""
    instructions: str = ""
    start_date: date | None = None
    end_date: date | None = None
    consultation: Consultation | None = None
    override_reason: str = ""
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CourseChange:
    """What is to be said of a course from now on; the whole of it."""

    detail: Detail
    goal: str = ""
    instructions: str = ""
    start_date: date | None = None
    end_date: date | None = None


@action
def order_course(*, order: CourseOrder, today: date, by: User, now: datetime) -> TreatmentCourse:
    """Write a course: planned, or begun on its first day. A medication joins the person's list.

    Raises `Invalid` with the field for what makes no sense, `OverMaximum` for a dose above the
    maximum without a reason, `NotAllowedByRules`, `NotAllowed`.
    """
    _may_order(by, order.treatment)
    lock_record(order.patient)
    detail = _checked(order, today)
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
        ordered_by=by,
        ordered_at=now,
    )
    row = ROWS[type(detail)].objects.create(course=course, **columns_of(detail))
    setattr(course, course.form, row)
    _note(course, "", "", by, now)
    if order.begins:
        _enter(course, CourseStatus.ACTIVE, "", by, now)
    file_for_course(course, verdict, by=by, now=now)
    history_changed([course.patient_id], now=now)
    return course


@action
def take_course_step(
    *,
    course: TreatmentCourse,
    to: CourseStatus,
    on: date,
    today: date,
    reason: str = "",
    by: User,
    now: datetime,
) -> TreatmentCourse:
    """Begin, pause, resume, complete or stop a course, on a day that is not to come.

    Raises `CourseStepRefused` with where it stands, `Invalid` without the reason it takes or for an
    impossible day, `NotAllowed`.
    """
    _may_order(by, course.treatment)
    lock_record(course.patient)
    current = _locked(course)
    if to not in COURSE_STEPS[CourseStatus(current.status)]:
        raise CourseStepRefused(f"This course is {current.status} and cannot become {to}.")
    if to in COURSE_REASONS and not reason.strip():
        raise refused(BadOrder("reason", "Say why."))
    if on > today:
        raise refused(BadOrder("on", "This day is still to come."))
    _set_days(current, to, on)
    _enter(current, to, reason.strip(), by, now)
    history_changed([current.patient_id], now=now)
    return current


@action
def begin_by_visit(
    *, course: TreatmentCourse, on: date, by: User, now: datetime
) -> TreatmentCourse:
    """A planned course has begun with the first visit that took place; others stay as they are.

    Whoever may complete the visit may do this: it asks for no permission of its own.
    """
    current = _locked(course)
    if current.status == CourseStatus.PLANNED:
        _set_days(current, CourseStatus.ACTIVE, on)
        _enter(current, CourseStatus.ACTIVE, "", by, now)
    return current


@action
def change_course(
    *,
    course: TreatmentCourse,
    change: CourseChange,
    revision: int,
    today: date,
    by: User,
    now: datetime,
) -> TreatmentCourse:
    """Say something else of a course that was read at `revision`.

    A dose is not changed here but by `change_dose`. Raises `StaleDraft` with both sides of what
    differs if somebody was faster, `CourseStepRefused` for one that has ended, `Invalid`,
    `OverMaximum`, `NotAllowed`.
    """
    _may_order(by, course.treatment)
    current = _locked(course)
    # What came of a referral is often known long after it was completed.
    if current.form != CourseForm.REFERRAL and not COURSE_STEPS[CourseStatus(current.status)]:
        raise CourseStepRefused(f"This course is {current.status}; nothing of it changes any more.")
    order = CourseOrder(
        current.patient, current.treatment, change.detail, False, change.goal, change.instructions,
        change.start_date, change.end_date,
    )  # fmt: skip
    detail = _checked(order, today)
    if change.start_date is None and current.status != CourseStatus.PLANNED:
        raise refused(BadOrder("start_date", "It has begun: say when."))
    if isinstance(detail, MedicationOrder):
        _same_dose(detail, current)
    of_course = {
        "goal": change.goal.strip(),
        "instructions": change.instructions.strip(),
        "start_date": change.start_date,
        "end_date": change.end_date,
    }
    new_course, new_detail = (
        _differing(current, of_course),
        _differing(current.detail, columns_of(detail)),
    )
    if revision != current.revision and (new_course or new_detail):
        _refuse(current, new_course, new_detail)
    if new_course or new_detail:
        _write(current, new_course | {"revision": current.revision + 1})
        _write(current.detail, new_detail)
        list_medication(current)
        history_changed([current.patient_id], now=now)
    return current


@action
def change_dose(
    *,
    course: TreatmentCourse,
    order: MedicationOrder,
    on: date,
    today: date,
    reason: str = "",
    override_reason: str = "",
    by: User,
    now: datetime,
) -> TreatmentCourse:
    """Another dose from a day on: a new course that follows this one, which stops the day before.

    Raises `CourseStepRefused` for one that does not run, `Invalid`, `OverMaximum`, `NotAllowed`.
    """
    _may_order(by, course.treatment)
    lock_record(course.patient)
    current = _locked(course)
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
    detail = _checked(wish, today)
    if current.order == detail:
        raise Invalid("This is the dose it has now.")
    current.end_date = max(start, on - timedelta(days=1))
    words = f"{DOSE_CHANGED}: {reason.strip()}" if reason.strip() else DOSE_CHANGED
    _enter(current, CourseStatus.STOPPED, words, by, now)
    following = order_course(
        order=CourseOrder(
            patient=current.patient,
            treatment=current.treatment,
            detail=detail,
            goal=current.goal,
            instructions=current.instructions,
            start_date=on,
            consultation=current.consultation,
            override_reason=override_reason,
        ),
        today=today,
        by=by,
        now=now,
    )
    following.follows = current
    following.save(update_fields=["follows"])
    return following


def _may_order(by: User, treatment: CatalogueEntry) -> None:
    require(by, "treatments.manage_courses")
    if treatment.details.get("history_only"):
        raise Invalid(f"{treatment} is only written down when somebody had it elsewhere.")
    if treatment.details.get("form") not in _THERAPISTS:
        require(by, "treatments.write_consultations")


def _checked(order: CourseOrder, today: date) -> Detail:
    treatment = order.treatment
    if treatment.section != Section.TREATMENT:
        raise Invalid(f"{treatment} is not a treatment.")
    if FORMS[treatment.details["form"]] is not type(order.detail):
        raise Invalid(f"{treatment} is ordered as {treatment.details['form'].replace('_', '-')}.")
    if order.consultation is not None and order.consultation.patient_id != order.patient.pk:
        raise Invalid("That consultation is about somebody else.")
    try:
        check_dates(order.start_date, order.end_date, today=today)
    except BadOrder as error:
        raise refused(error) from error
    return checked_detail(order.detail, treatment, today=today)


def _locked(course: TreatmentCourse) -> TreatmentCourse:
    rows = TreatmentCourse.objects.select_for_update(of=("self",), no_key=True).with_details()
    return rows.select_related("patient", "consultation").get(pk=course.pk)


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


def _enter(course: TreatmentCourse, to: CourseStatus, reason: str, by: User, now: datetime) -> None:
    """The one place where a course changes its state."""
    source = course.status
    course.status, course.status_reason = to, reason
    course.revision += 1
    course.save(update_fields=["status", "status_reason", "start_date", "end_date", "revision"])
    _note(course, source, reason, by, now)
    list_medication(course)
    if to == CourseStatus.ACTIVE and source == CourseStatus.PLANNED:
        write_follow_ups(course=course, by=by, now=now)
    elif to == CourseStatus.STOPPED:
        cancel_follow_ups_of(course=course, reason=reason, by=by, now=now)
    elif to == CourseStatus.COMPLETED and course.form != CourseForm.REFERRAL:
        # After an operation is when its follow-ups are due; those of a therapy end with it.
        cancel_follow_ups_of(course=course, only_to_come=True, reason=COMPLETED, by=by, now=now)


def _note(course: TreatmentCourse, source: str, reason: str, by: User, now: datetime) -> None:
    CourseEvent.objects.create(
        course=course,
        from_status=source,
        to_status=course.status,
        reason=reason,
        occurred_at=now,
        by=by,
    )


_OF_THE_DOSE = ("drug_id", "strength", "strength_unit", "dose", "dose_unit", "doses_per_day")


def _same_dose(detail: MedicationOrder, current: TreatmentCourse) -> None:
    """What was given is told by its course: another dose is another course."""
    if CourseStatus(current.status) not in RUNNING:
        return
    changed = _differing(current.detail, columns_of(detail))
    if set(changed) & set(_OF_THE_DOSE):
        raise refused(BadOrder("dose", "Use “Change the dose”: the old dose stays on record."))


def _differing(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _write(row: Any, values: Mapping[str, Any]) -> None:
    if values:
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))


def _refuse(current: TreatmentCourse, of_course: Any, of_detail: Any) -> None:
    pairs = [(current, of_course), (current.detail, of_detail)]
    told = {
        name.removesuffix("_id"): {"yours": _told(value), "theirs": _told(getattr(row, name))}
        for row, values in pairs
        for name, value in values.items()
    }
    sentence = "Somebody else changed this course meanwhile. Look at what differs, then save again."
    raise StaleDraft(sentence, details={"fields": told, "revision": current.revision})


def _told(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | None) else str(value)
