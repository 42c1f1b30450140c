"""Saying something else of a course."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.actions.standing import lock_record
from treatments.actions.changed_history import history_changed
from treatments.actions.course_merging import merge_course
from treatments.actions.course_orders import CourseOrder, checked_order, locked_course, may_order
from treatments.actions.course_rows import columns_of, refused
from treatments.actions.course_steps import CourseStepRefused
from treatments.actions.follow_ups import cancel_follow_ups_of, write_follow_ups
from treatments.actions.medication_list import list_medication
from treatments.actions.order_rules import ask_about_order, file_for_course
from treatments.domain.course_orders import BadOrder, Detail, MedicationOrder
from treatments.domain.states import COURSE_STEPS, RUNNING, CourseStatus
from treatments.models import CourseForm, TreatmentCourse

NOT_DONE = "It was not done after all."
_OF_THE_DOSE = ("drug_id", "strength", "strength_unit", "dose", "dose_unit", "doses_per_day")


@dataclass(frozen=True)
class CourseChange:
    """What is to be said of a course from now on; the whole of it.

    `override_reason` and `seen` are what is said to the rules, as in an order.
    """

    detail: Detail
    goal: str = ""
    instructions: str = ""
    start_date: date | None = None
    end_date: date | None = None
    override_reason: str = ""
    seen: frozenset[str] = frozenset()


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

    A dose is not changed here but by `change_dose`. What is only planned is asked about as an order
    is. What the writer left as they had read it stays as somebody else changed it meanwhile. Raises
    `StaleDraft` with what both changed, `CourseStepRefused` for one that has ended, `Invalid`,
    `OverMaximum`, `NotAllowedByRules`, `NotAllowed`.
    """
    may_order(by, course.treatment)
    lock_record(course.patient)
    current = locked_course(course)
    # What came of a referral is often known long after it was completed.
    if current.form != CourseForm.REFERRAL and not COURSE_STEPS[CourseStatus(current.status)]:
        raise CourseStepRefused(f"This course is {current.status}; nothing of it changes any more.")
    of_course = {
        "goal": change.goal.strip(),
        "instructions": change.instructions.strip(),
        "start_date": change.start_date,
        "end_date": change.end_date,
    }
    order = _order(current, change, of_course, change.detail)
    of_course, detail = merge_course(current, of_course, checked_order(order, today), revision)
    # What two people wrote has to make sense together as well.
    order = _order(current, change, of_course, detail)
    detail = checked_order(order, today)
    if order.start_date is None and current.status != CourseStatus.PLANNED:
        raise refused(BadOrder("start_date", "It has begun: say when."))
    if isinstance(detail, MedicationOrder):
        _same_dose(detail, current)
    new_course, new_detail = (
        _differing(current, of_course),
        _differing(current.detail, columns_of(detail)),
    )
    if new_course or new_detail:
        meant = replace(order, detail=detail)
        _ask_about_change(current, meant, new_course | new_detail, today, by, now)
        _write(current, new_course | {"revision": current.revision + 1})
        _write(current.detail, new_detail)
        list_medication(current)
        _move_follow_ups(current, new_course | new_detail, by, now)
        history_changed([current.patient_id], now=now)
    return current


def _order(
    course: TreatmentCourse, change: CourseChange, of_course: Mapping[str, Any], detail: Detail
) -> CourseOrder:
    return CourseOrder(
        course.patient,
        course.treatment,
        detail,
        begins=False,
        override_reason=change.override_reason,
        seen=change.seen,
        **of_course,
    )


def _ask_about_change(
    course: TreatmentCourse,
    order: CourseOrder,
    changed: Mapping[str, Any],
    today: date,
    by: User,
    now: datetime,
) -> None:
    """What is planned in another way is asked about anew; what runs was asked when it began."""
    if course.status == CourseStatus.PLANNED and set(changed) - {"goal", "instructions"}:
        verdict = ask_about_order(order, order.detail, today=today, by=by, planned=course)
        file_for_course(course, verdict, is_new=False, by=by, now=now)


_MOVING = frozenset({"start_date", "performed_date", "certified_start_date", "certified_end_date"})


def _move_follow_ups(
    course: TreatmentCourse, changed: Mapping[str, Any], by: User, now: datetime
) -> None:
    """Another first day, day of an operation or certified plan moves what nobody has touched."""
    has_begun = course.status not in {CourseStatus.PLANNED, CourseStatus.STOPPED}
    if not has_begun or not _MOVING & set(changed):
        return
    if "performed_date" in changed and changed["performed_date"] is None:
        cancel_follow_ups_of(course=course, reason=NOT_DONE, by=by, now=now)
    write_follow_ups(course=course, by=by, now=now)


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
