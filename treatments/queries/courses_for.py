"""The course of procedures that a procedure may be part of."""

from datetime import datetime
from uuid import UUID

from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from patients.queries.people import access_chart
from treatments.models import CourseForm, TreatmentCourse


def open_course(viewer: Viewer, patient_id: UUID, text: str, *, now: datetime) -> TreatmentCourse:
    """A person's course of procedures, by the text of its id. Raises `NotFound`."""
    patient = access_chart(viewer, patient_id, now=now)
    try:
        course_id = UUID(text)
    except ValueError:
        raise NotFound from None
    courses = TreatmentCourse.objects.filter(patient=patient, form=CourseForm.PROCEDURAL)
    found = courses.filter(pk=course_id).first()
    if found is None:
        raise NotFound
    return found
