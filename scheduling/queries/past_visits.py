"""The visits that somebody has had, as they see them themselves."""

from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Appointment, ResourceKind

MOST = 100


def past_visits(viewer: Viewer, patient: Patient) -> list[Appointment]:
    """Completed visits, newest first. `patient` comes from `own_record`. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    record_read(viewer, "past visits", [patient.pk])
    return list(_done(patient)[:MOST])


def access_past_visit(viewer: Viewer, patient: Patient, appointment_id: UUID) -> Appointment:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    found = _done(patient).filter(pk=appointment_id).first()
    if found is None:
        raise NotFound
    record_read(viewer, "past visits", [patient.pk])
    return found


def who_was_there(viewer: Viewer, visit: Appointment) -> list[str]:
    """The names of the clinicians of a visit that came through a door. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    taken = visit.places().filter(resource__kind=ResourceKind.CLINICIAN).exclude(kind="buffer")
    return sorted(set(taken.values_list("resource__name", flat=True)))


def _done(patient: Patient) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(patient=patient, status=AppointmentStatus.COMPLETED)
    return rows.select_related("visit_type", "site").order_by("-start_at")
