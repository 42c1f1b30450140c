"""Visits in the order of time, as long as the list may be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.paging import Pager
from scheduling.models import Appointment, Site


@dataclass(frozen=True)
class VisitSearch:
    """Visits of a site that begin in `[begin, end)`, narrowed by whatever is not empty."""

    site: Site
    begin: datetime
    end: datetime
    patient_id: UUID | None = None
    clinician_id: int | None = None
    visit_type: str = ""
    status: str = ""


def visits(viewer: Viewer, search: VisitSearch, *, page: Pager) -> list[Appointment]:
    """One page of the visits, with what they take up. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    found = Appointment.objects.filter(
        site=search.site, start_at__gte=search.begin, start_at__lt=search.end
    )
    if search.patient_id:
        found = found.filter(patient=search.patient_id)
    if search.clinician_id:
        found = found.taking(search.clinician_id)
    if search.visit_type:
        found = found.filter(visit_type__code=search.visit_type)
    if search.status:
        found = found.filter(status=search.status)
    shown: list[Appointment] = page(found.with_parts())
    record_read(viewer, "visits", [visit.patient_id for visit in shown], kind=ReadKind.LIST)
    return shown
