"""The place that somebody calls, and whose clock their messages keep."""

from uuid import UUID

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotFound
from scheduling.models import Appointment, Site


def place_of(viewer: Viewer, patient_id: UUID | None) -> Site | None:
    """Where somebody's last visit was or will be, else the first place in use; None if none is.

    For the clinic itself: it shows nobody.
    """
    if viewer is not THE_CLINIC:
        raise NotFound
    visits = Appointment.objects.filter(patient=patient_id, site__is_active=True)
    last = visits.select_related("site").order_by("-start_at").first() if patient_id else None
    if last is not None:
        return last.site
    return Site.objects.filter(is_active=True).order_by("id").first()
