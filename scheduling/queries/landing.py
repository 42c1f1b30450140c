"""Where on a board a parked visit could be put down: only what is drawn there is promised."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinic.accounts.models import Viewer
from scheduling.domain.day_grid import Stretch
from scheduling.models import Appointment, Resource, ResourceKind, Site
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.board import clinician_of, movable_visits
from scheduling.queries.board_views import able_columns

# More starts than a week of thirty clinicians has.
_MOST = 20_000


@dataclass(frozen=True)
class Landing:
    """The starts at which a visit fits a column, in order; it takes so much of the gap."""

    starts: Sequence[datetime]
    needs: timedelta = timedelta()

    def within(self, gap: Stretch) -> datetime | None:
        """The first start in the gap after which enough of it is left; None if there is none."""
        found = bisect_left(self.starts, gap.begin)
        if found == len(self.starts):
            return None
        start = self.starts[found]
        return start if start < gap.end and start + self.needs <= gap.end else None


def landings(
    viewer: Viewer,
    visit_id: UUID,
    site: Site,
    columns: Sequence[Resource],
    reach: Stretch,
    *,
    now: datetime,
) -> Mapping[int, Landing]:
    """For each of these columns that can serve the visit (by id), where it could begin there.

    A clinician's are exactly the times that could be booked with them. In the column of a room or
    machine the visit keeps its clinician, and fits where the gap is long enough for all of it.
    Raises `NotAllowed`.
    """
    visit = next(iter(movable_visits(viewer, [visit_id], now=now)), None)
    if visit is None:
        return {}
    lead = _lead(viewer, visit, site)
    search = SlotSearch(
        visit.visit_type,
        [site],
        reach.begin,
        reach.end,
        patient_id=visit.patient_id,
        moving=visit.pk,
        limit=_MOST,
    )
    starts: dict[int | None, list[datetime]] = {}
    for slot in free_slots(viewer, search, now=now):
        starts.setdefault(slot.clinician_id, []).append(slot.start_at)
    anybody = sorted({start for found in starts.values() for start in found})
    of_the_lead = starts.get(lead, []) if lead else anybody
    able = able_columns(viewer, visit_id, columns)
    whole = timedelta(minutes=visit.visit_type.duration_minutes)
    return {
        column.pk: Landing(starts.get(column.pk, []))
        if column.kind == ResourceKind.CLINICIAN
        else Landing(of_the_lead, whole)
        for column in columns
        if column.pk in able
    }


def _lead(viewer: Viewer, visit: Appointment, site: Site) -> int | None:
    before = clinician_of(viewer, visit)
    return before.pk if before and before.site_id == site.pk else None
