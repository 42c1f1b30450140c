"""A course of medication in the list of what a person takes; the list follows the course."""

from patients.models import MedicationStatement
from patients.models.medication import MedicationStatus
from treatments.domain.amounts import Amount, Unit
from treatments.domain.courses import how_often
from treatments.domain.states import CourseStatus
from treatments.models import CourseForm, MedicationDetail, TreatmentCourse

_SAID = {
    CourseStatus.ACTIVE: MedicationStatus.ACTIVE,
    CourseStatus.PAUSED: MedicationStatus.ON_HOLD,
    CourseStatus.COMPLETED: MedicationStatus.COMPLETED,
    CourseStatus.STOPPED: MedicationStatus.STOPPED,
}


def list_medication(course: TreatmentCourse) -> None:
    """Make the person's list say what the course says; a planned one is not listed yet.

    One that is stopped before it began never comes into the list.
    """
    if course.form != CourseForm.MEDICATION or course.status == CourseStatus.PLANNED:
        return
    detail: MedicationDetail = course.detail
    if detail.statement is None and course.status != CourseStatus.ACTIVE:
        return
    ended = course.status in {CourseStatus.COMPLETED, CourseStatus.STOPPED}
    told = {
        "text": f"{detail.drug} {strength_of(detail)}",
        "dosage": dosage_of(detail),
        "status": _SAID[CourseStatus(course.status)],
        "start_date": course.start_date,
        "end_date": course.end_date if ended else None,
    }
    if detail.statement is None:
        detail.statement = MedicationStatement.objects.create(patient=course.patient, **told)
        detail.save(update_fields=["statement"])
        return
    for name, value in told.items():
        setattr(detail.statement, name, value)
    detail.statement.save(update_fields=list(told))


def strength_of(detail: MedicationDetail) -> Amount:
    """How strong one unit of it is."""
    return Amount(detail.strength, Unit(detail.strength_unit))


def dosage_of(detail: MedicationDetail) -> str:
    """How it is taken, in one line: "400 mg oral, 3 times a day, as needed"."""
    dose = Amount(detail.dose, Unit(detail.dose_unit))
    words = f"{dose} {detail.route.replace('_', ' ')}, {how_often(detail.doses_per_day)}"
    return f"{words}, as needed" if detail.is_as_needed else words
