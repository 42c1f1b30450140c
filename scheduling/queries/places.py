"""The place that somebody calls, and whose clock their messages keep."""

from uuid import UUID

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotFound
from clinic.shared.prepared import as_model, columns, first_row
from scheduling.models import Site

# Asked on every page of the portal: planned once.
_PLACE = """
SELECT {columns} FROM scheduling_site s
 WHERE s.id = coalesce(
    (SELECT a.site_id FROM scheduling_appointment a JOIN scheduling_site t ON t.id = a.site_id
      WHERE a.patient_id = %(patient)s::uuid AND t.is_active
      ORDER BY a.start_at DESC LIMIT 1),
    (SELECT min(f.id) FROM scheduling_site f WHERE f.is_active))
"""


def place_of(viewer: Viewer, patient_id: UUID | None) -> Site | None:
    """Where somebody's last visit was or will be, else the first place in use; None if none is.

    For the clinic itself: it shows nobody.
    """
    if viewer is not THE_CLINIC:
        raise NotFound
    # Columns of a model, not somebody's words.
    row = first_row(_PLACE.format(columns=columns(Site, "s")), {"patient": patient_id})
    return as_model(Site, row) if row else None
