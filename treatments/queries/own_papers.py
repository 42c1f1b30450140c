"""What was signed about a person, as they read it themselves. Drafts and withdrawn ones are not.

Each `patient` comes from `own_record`.
"""

from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient
from treatments.domain.states import RecordStatus
from treatments.models import Consultation, Procedure

MOST = 100
_MAY = "patients.view_own"


def own_consultations(viewer: Viewer, patient: Patient) -> list[Consultation]:
    """Signed consultations, newest first. Raises `NotAllowed`."""
    require(viewer, _MAY)
    record_read(viewer, "own papers", [patient.pk], kind=ReadKind.LIST)
    return list(_consultations(patient)[:MOST])


def own_procedures(viewer: Viewer, patient: Patient) -> list[Procedure]:
    """Signed procedures, newest first. Raises `NotAllowed`."""
    require(viewer, _MAY)
    record_read(viewer, "own papers", [patient.pk], kind=ReadKind.LIST)
    return list(_procedures(patient)[:MOST])


def access_own_consultation(
    viewer: Viewer, patient: Patient, consultation_id: UUID
) -> Consultation:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, _MAY)
    found = _consultations(patient).filter(pk=consultation_id).first()
    if found is None:
        raise NotFound
    record_read(viewer, "own paper", [patient.pk])
    return found


def access_own_procedure(viewer: Viewer, patient: Patient, procedure_id: int) -> Procedure:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, _MAY)
    found = _procedures(patient).filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    record_read(viewer, "own paper", [patient.pk])
    return found


def _consultations(patient: Patient) -> QuerySet[Consultation]:
    rows = Consultation.objects.filter(patient=patient, record_status=RecordStatus.SIGNED)
    parts = rows.select_related("clinician").prefetch_related("diagnoses__cause")
    return parts.prefetch_related("courses__treatment").order_by("-occurred_at", "-id")


def _procedures(patient: Patient) -> QuerySet[Procedure]:
    rows = Procedure.objects.filter(patient=patient, record_status=RecordStatus.SIGNED)
    parts = rows.select_related("treatment", "performer")
    return parts.order_by("-performed_at", "-id")
