"""What a person agreed to, and who else sees their record."""

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from patients.models import Consent, Patient, PortalAccess


def consents(viewer: Viewer, patient: Patient) -> list[Consent]:
    """Every decision, newest first; `patient` comes from a door. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    return list(patient.consents.select_related("recorded_by"))


def portal_accesses(viewer: Viewer, patient: Patient) -> list[PortalAccess]:
    """Who sees this record in the portal. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    return list(patient.portal_accesses.select_related("user", "patient").order_by("id"))


def access_portal_access(viewer: Viewer, patient: Patient, access_id: int) -> PortalAccess:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    accesses = patient.portal_accesses.select_related("user", "patient")
    access = accesses.filter(pk=access_id).first()
    if access is None:
        raise NotFound
    return access
