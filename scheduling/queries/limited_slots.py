"""Free times for one person, on days that no clinical rule stops."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.facts.limits import allowed_slots, limits
from scheduling.models import VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from treatments.facts.assess import Assessment
from treatments.models import TreatmentCourse


@dataclass(frozen=True)
class LimitedSlots:
    """The times that are left, and why others are not: `messages` are words for the desk.

    `earliest` is the first day on which nothing stops the visit; None if waiting does not help.
    """

    slots: list[Slot]
    earliest: date | None
    messages: list[str]


def limited_slots(viewer: Viewer, search: SlotSearch, *, now: datetime) -> LimitedSlots | None:
    """What the rules leave of a search for one person; None if they are not asked.

    Raises `NotAllowed`.
    """
    zone = search.sites[0].zone
    begin = max(search.earliest, now).astimezone(zone).date()
    asked = _asked(search.patient_id, search.visit_type, zone, begin, now)
    if asked is None:
        return None
    stops = asked.blocks(begin)
    earliest = asked.earliest(begin).on if stops else begin
    messages = list(dict.fromkeys(finding.desk_message for finding in stops))
    if messages and search.patient_id:
        record_read(viewer, "limits", [search.patient_id])
    if earliest is None:
        return LimitedSlots([], None, messages)
    since = max(search.earliest, day_bounds(earliest, zone)[0])
    slots = free_slots(viewer, replace(search, earliest=since), now=now)
    return LimitedSlots(allowed_slots(slots, asked, zone), earliest, messages)


def slots_for(
    viewer: Viewer,
    search: SlotSearch,
    *,
    course: TreatmentCourse | None = None,
    visit: UUID | None = None,
    now: datetime,
) -> list[Slot]:
    """The free times of a search for one person, without those that a rule stops.

    `visit` is one of theirs that would come there, and counts only there. Raises `NotAllowed`.
    """
    slots = free_slots(viewer, search, now=now)
    if not slots or search.patient_id is None:
        return slots
    zone = search.sites[0].zone
    first = slots[0].start_at.astimezone(zone).date()
    asked = _asked(
        search.patient_id, search.visit_type, zone, first, now, course=course, visit=visit
    )
    return allowed_slots(slots, asked, zone)


def _asked(
    patient_id: UUID | None,
    visit_type: VisitType,
    zone: ZoneInfo,
    on: date,
    now: datetime,
    *,
    course: TreatmentCourse | None = None,
    visit: UUID | None = None,
) -> Assessment | None:
    if patient_id is None:
        return None
    return limits(patient_id, visit_type, course, zone=zone, on=on, visit=visit, now=now)
