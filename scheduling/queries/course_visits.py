"""Visits of the calendar that belong to a course of treatment."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from scheduling.domain.states import NOT_BEGUN
from scheduling.models import Appointment
from treatments.models import TreatmentCourse


def visits_to_come(viewer: Viewer, course: TreatmentCourse, *, now: datetime) -> list[datetime]:
    """When the visits of the course are that are booked and have not begun. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    booked = Appointment.objects.filter(course=course, status__in=NOT_BEGUN, end_at__gt=now)
    record_read(viewer, "coming visits of a course", [course.patient_id])
    return list(booked.order_by("start_at").values_list("start_at", flat=True))
