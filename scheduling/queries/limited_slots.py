"""Free times for one person, on days that no clinical rule stops."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from scheduling.domain.emptiness import STOPPED_BY_RULES, NothingFree
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.facts.limits import allowed_slots, limits
from scheduling.models import VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.nothing_free import why_nothing
from treatments.facts.assess import Assessment
from treatments.facts.urgent import EMERGENCY, urgent_rows
from treatments.models import TreatmentCourse


@dataclass(frozen=True)
class LimitedSlots:
    """The times that are left, and why others are not: `messages` are words for the desk.

    `earliest` is the first day on which nothing stops the visit; None if waiting does not help.
    `why` are the kinds of the rules that stop it before.
    """

    slots: list[Slot]
    earliest: date | None
    messages: list[str]
    why: frozenset[str] = frozenset()


def limited_slots(viewer: Viewer, search: SlotSearch, *, now: datetime) -> LimitedSlots | None:
    """What the rules leave of a search for one person; None if they are not asked.

    Raises `NotAllowed`.
    """
    zone = search.sites[0].zone
    begin = max(search.earliest, now).astimezone(zone).date()
    asked = _asked(search.patient_id, search.visit_type, zone, begin, now, region=search.region)
    urgent = urgent_rows(search.patient_id) if search.patient_id else []
    first = list(dict.fromkeys(row.desk_message for row in urgent))
    if first and search.patient_id:
        record_read(viewer, "limits", [search.patient_id])
    if any(row.urgency == EMERGENCY for row in urgent):
        return LimitedSlots([], None, first)
    if asked is None:
        slots = free_slots(viewer, search, now=now) if first else []
        return LimitedSlots(slots, begin, first) if first else None
    stops = asked.blocks(begin)
    earliest = asked.earliest(begin).on if stops else begin
    messages = list(dict.fromkeys([*first, *(finding.desk_message for finding in stops)]))
    if messages and search.patient_id:
        record_read(viewer, "limits", [search.patient_id])
    stopping = {finding.rule for finding in stops}
    rules = asked.known.rulebook.rules if stops else ()
    why = frozenset(rule.kind for rule in rules if rule.key in stopping)
    if earliest is None:
        return LimitedSlots([], None, messages, why)
    since = max(search.earliest, day_bounds(earliest, zone)[0])
    slots = free_slots(viewer, replace(search, earliest=since), now=now)
    return LimitedSlots(allowed_slots(slots, asked, zone), earliest, messages, why)


def why_none_left(
    viewer: Viewer, search: SlotSearch, found: LimitedSlots | None, *, now: datetime
) -> NothingFree:
    """Why a search is empty: what the rules took away, or what was not there at all.

    Raises `NotAllowed`.
    """
    if found and found.messages and free_slots(viewer, replace(search, limit=1), now=now):
        return STOPPED_BY_RULES
    return why_nothing(viewer, search, now=now)


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
    zone = search.sites[0].zone
    slots = free_slots(viewer, search, now=now)
    asked = _asked_of(search, slots, now, course=course, visit=visit)
    if asked is not None and search.near is None and len(slots) >= search.limit:
        # The first of many may all be too early, and those that are not were cut off.
        first = slots[0].start_at.astimezone(zone).date()
        earliest = asked.earliest(first).on
        if earliest is None:
            return []
        if earliest > first:
            since = day_bounds(earliest, zone)[0]
            slots = free_slots(viewer, replace(search, earliest=since), now=now)
    return allowed_slots(slots, asked, zone)


def asked_about(
    viewer: Viewer,
    search: SlotSearch,
    slots: Sequence[Slot],
    *,
    course: TreatmentCourse | None = None,
    visit: UUID | None = None,
    now: datetime,
) -> Assessment | None:
    """The rules' answer for the person of a search, about days from the first of its free times.

    Raises `NotAllowed` for whoever does not see free times.
    """
    require(viewer, "scheduling.find_slots")
    return _asked_of(search, slots, now, course=course, visit=visit)


def _asked_of(
    search: SlotSearch,
    slots: Sequence[Slot],
    now: datetime,
    *,
    course: TreatmentCourse | None,
    visit: UUID | None,
) -> Assessment | None:
    if not slots or search.patient_id is None:
        return None
    zone = search.sites[0].zone
    first = slots[0].start_at.astimezone(zone).date()
    return _asked(
        search.patient_id,
        search.visit_type,
        zone,
        first,
        now,
        course=course,
        visit=visit,
        region=search.region,
    )


def _asked(
    patient_id: UUID | None,
    visit_type: VisitType,
    zone: ZoneInfo,
    on: date,
    now: datetime,
    *,
    course: TreatmentCourse | None = None,
    visit: UUID | None = None,
    region: str = "",
) -> Assessment | None:
    if patient_id is None:
        return None
    return limits(
        patient_id, visit_type, course, zone=zone, on=on, visit=visit, region=region, now=now
    )
