"""Orders of courses: what somebody asks for, whether they may, and whether it makes sense."""

from dataclasses import dataclass
from datetime import date

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.errors import Invalid
from patients.models import Patient
from treatments.actions.course_rows import checked_detail, refused
from treatments.domain.course_orders import FORMS, BadOrder, Detail, check_dates
from treatments.models import CatalogueEntry, Consultation, CourseForm, Section, TreatmentCourse

# What a therapist orders; everything else is a physician's to order.
_THERAPISTS = frozenset({CourseForm.THERAPY, CourseForm.SELF_CARE})


@dataclass(frozen=True)
class CourseOrder:
    """A course that somebody orders. `begins` says that it goes on from `start_date`.

    `override_reason` is why it goes on although a rule stops it, `seen` the rules whose warnings
    were read. `follows` is the course that it takes the place of: the two are never one beside the
    other.
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
    follows: TreatmentCourse | None = None


def may_order(by: User, treatment: CatalogueEntry) -> None:
    """Raises `NotAllowed`, and `Invalid` for what is only written down as history."""
    require(by, "treatments.manage_courses")
    if treatment.details.get("history_only"):
        raise Invalid(f"{treatment} is only written down when somebody had it elsewhere.")
    if treatment.details.get("form") not in _THERAPISTS:
        require(by, "treatments.write_consultations")


def checked_order(order: CourseOrder, today: date) -> Detail:
    """The detail, tidied, of an order that makes sense. Raises `Invalid`, `OverMaximum`."""
    treatment = order.treatment
    if treatment.section != Section.TREATMENT:
        raise Invalid(f"{treatment} is not a treatment.")
    if FORMS[treatment.details["form"]] is not type(order.detail):
        raise Invalid(f"{treatment} is ordered as {treatment.details['form'].replace('_', '-')}.")
    if order.consultation is not None and order.consultation.patient_id != order.patient.pk:
        raise Invalid("That consultation is about somebody else.")
    try:
        born = order.patient.birth_date
        check_dates(order.start_date, order.end_date, today=today, born=born)
    except BadOrder as error:
        raise refused(error) from error
    return checked_detail(order.detail, treatment, today=today, born=born)


def planned_order(
    course: TreatmentCourse, override_reason: str, seen: frozenset[str]
) -> CourseOrder:
    """The order that would write a planned course, for the days it has now."""
    return CourseOrder(
        course.patient,
        course.treatment,
        course.order,
        start_date=course.start_date,
        end_date=course.end_date,
        override_reason=override_reason,
        seen=seen,
    )


def locked_course(course: TreatmentCourse) -> TreatmentCourse:
    """The course as it stands, while nobody else can change it."""
    rows = TreatmentCourse.objects.select_for_update(of=("self",), no_key=True).with_details()
    return rows.select_related("patient", "consultation").get(pk=course.pk)
