"""Courses of treatment as they stand: their visits and procedures counted, never kept."""

from datetime import date, datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.accounts.roles import Role
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries.people import access_chart
from treatments.domain.states import RUNNING, CourseStatus
from treatments.models import (
    CatalogueEntry,
    Consultation,
    CourseForm,
    Section,
    TherapyVisit,
    TreatmentCourse,
)
from treatments.models.catalogue import CatalogueEntryQuerySet
from treatments.queries.course_views import CourseView, as_views, counted_rows


def courses_of(viewer: Viewer, patient: Patient, *, today: date, now: datetime) -> list[CourseView]:
    """Every course of a person whose chart is open to the viewer, newest first.

    Raises as `access_chart` does.
    """
    access_chart(viewer, patient.pk, now=now)
    rows = TreatmentCourse.objects.filter(patient=patient)
    return as_views(viewer, counted_rows(viewer, rows), today=today)


def list_courses(
    viewer: Viewer, patient_id: UUID, page: Pager, *, today: date, now: datetime
) -> list[CourseView]:
    """One page of a person's courses. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    rows = counted_rows(viewer, TreatmentCourse.objects.filter(patient=patient))
    return as_views(viewer, page(rows), today=today)


def access_course(viewer: Viewer, course_id: UUID, *, now: datetime) -> TreatmentCourse:
    """A course, for whoever may open the person's chart.

    Raises `NotFound` for none, and as `access_chart` does.
    """
    require(viewer, "patients.view_chart")
    rows = TreatmentCourse.objects.with_details()
    course = rows.select_related("patient", "consultation").filter(pk=course_id).first()
    if course is None:
        raise NotFound
    access_chart(viewer, course.patient_id, now=now)
    return course


def course_view(viewer: Viewer, course_id: UUID, *, today: date, now: datetime) -> CourseView:
    """The course with everything that is counted. Raises as `access_course` does."""
    require(viewer, "patients.view_chart")
    rows = counted_rows(viewer, TreatmentCourse.objects.filter(pk=course_id))
    views = as_views(viewer, rows, today=today)
    if not views:
        raise NotFound
    access_chart(viewer, views[0].course.patient_id, now=now)
    return views[0]


def access_visit(viewer: Viewer, course: TreatmentCourse, visit_id: UUID) -> TherapyVisit:
    """One visit of the course. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.view_chart")
    visit = course.visits.filter(pk=visit_id).first()
    if visit is None:
        raise NotFound
    record_read(viewer, "visit of a course", [course.patient_id])
    return visit


def therapies_in_care(viewer: Viewer, *, today: date, now: datetime) -> list[CourseView]:
    """The running therapies of everybody in whose care team the viewer is; what is due first.

    Raises `NotAllowed`.
    """
    user = require(viewer, "treatments.record_visits")
    people = Patient.objects.current().cared_for_by(user, now=now)
    courses = TreatmentCourse.objects.filter(patient__in=people, form=CourseForm.THERAPY)
    open_ones = courses.filter(status__in=[CourseStatus.PLANNED, *RUNNING])
    views = as_views(viewer, counted_rows(viewer, open_ones), today=today)
    record_read(
        viewer, "courses of therapy", [v.course.patient_id for v in views], kind=ReadKind.LIST
    )
    return sorted(views, key=_urgency)


def _urgency(view: CourseView) -> tuple[bool, str, str]:
    where = view.standing
    is_due = where.report_is_due or where.is_used_up or view.must_certify
    return not is_due, view.course.patient.family_name, str(view.course.pk)


def treatments_to_order(viewer: Viewer) -> list[CatalogueEntry]:
    """What the catalogue offers to order, in its order. Raises `NotAllowed`."""
    require(viewer, "treatments.manage_courses")
    return list(_orderable())


def access_treatment(viewer: Viewer, key: str) -> CatalogueEntry:
    """A treatment to order; one that is retired is not there. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "treatments.manage_courses")
    entry = _orderable().filter(pk=key).first()
    if entry is None:
        raise NotFound
    return entry


def _orderable() -> CatalogueEntryQuerySet:
    """What may be ordered here; some entries only say what somebody had elsewhere."""
    offered = CatalogueEntry.objects.offered(Section.TREATMENT)
    return offered.exclude(details__contains={"history_only": True})


def drugs_of(viewer: Viewer, treatment: CatalogueEntry) -> list[CatalogueEntry]:
    """The drugs that a medication of this kind may use, by name. Raises `NotAllowed`."""
    require(viewer, "treatments.manage_courses")
    wanted = set(treatment.details.get("drug_classes", ()))
    drugs = CatalogueEntry.objects.offered(Section.DRUG).order_by("name")
    return [drug for drug in drugs if not wanted or wanted & set(drug.details.get("classes", ()))]


def prescribers(viewer: Viewer) -> list[User]:
    """Who prescribes here, by name. Raises `NotAllowed`."""
    require(viewer, "treatments.manage_courses")
    return list(User.objects.filter(role=Role.PHYSICIAN, is_active=True).order_by("name", "pk"))


def access_consultation(viewer: Viewer, patient: Patient, consultation_id: UUID) -> Consultation:
    """The consultation of this person in which something is ordered. Raises `NotFound`."""
    require(viewer, "patients.view_chart")
    found = Consultation.objects.filter(patient=patient, pk=consultation_id).first()
    if found is None:
        raise NotFound
    return found
