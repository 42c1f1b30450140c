"""Who on the waitlist could take a time that became free, and which time that would be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from scheduling.domain.local_time import day_bounds
from scheduling.domain.slots import Slot
from scheduling.domain.states import HOLDING, MOVABLE
from scheduling.domain.waiting_line import (
    SHORTEST_OFFER,
    Stretch,
    Waiting,
    accepts,
    first_starts,
    line,
)
from scheduling.models import (
    OfferStatus,
    Resource,
    Site,
    VisitType,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.limited_slots import slots_for

# So many are looked at for an empty cell: the desk calls one or two.
SHOWN = 20
# Counted in the dialog of a gap, which opens at the press of a key.
COUNTED = 9
STARTS = 500
READING_TAKES = timedelta(minutes=5)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could come, and the time they would be offered."""

    entry: WaitlistEntry
    slot: Slot


def waiting_line(
    viewer: Viewer, site: Site, stretch: Stretch, *, now: datetime
) -> list[WaitlistEntry]:
    """Who would take some of this time by what they said, in the order in which they are asked.

    Whether clinician and room are really free is for `first_time` to say. Raises `NotAllowed`.
    """
    if viewer is not THE_CLINIC:
        require(viewer, "scheduling.view_board")
    entries = {entry.pk: entry for entry in _askable(site, now)}
    people = [_as_waiting(entry) for entry in entries.values()]
    return [entries[waiting.key] for waiting in line(people, stretch, now)]


def first_time(
    viewer: Viewer, entry: WaitlistEntry, stretch: Stretch, *, now: datetime
) -> Slot | None:
    """The first time in the stretch that is free and that this person would take.

    Raises `NotAllowed`.
    """
    minutes = entry.visit_type.duration_minutes
    reach = timedelta() if stretch.is_closed else timedelta(minutes=minutes)
    slots = _free(viewer, entry, stretch.start_at - reach, stretch.end_at, stretch, now)
    waiting = _as_waiting(entry)
    by_start = {slot.start_at: slot for slot in reversed(slots)}
    for start_at in first_starts(stretch, by_start, minutes):
        if accepts(waiting, start_at, now):
            return by_start[start_at]
    return None


def has_room(
    viewer: Viewer, visit_type: VisitType, site: Site, stretch: Stretch, *, now: datetime
) -> bool:
    """Whether a visit of this kind fits the stretch, whoever it is for. Raises `NotAllowed`."""
    reach = timedelta(minutes=0 if stretch.is_closed else visit_type.duration_minutes)
    search = SlotSearch(
        visit_type=visit_type,
        sites=[site],
        earliest=max(stretch.start_at - reach, now),
        latest=stretch.end_at,
        clinicians=list(Resource.objects.filter(pk=stretch.clinician_id))
        if stretch.clinician_id
        else None,
        limit=1,
    )
    return bool(free_slots(viewer, search, now=now))


def how_many_could_come(viewer: Viewer, site: Site, stretch: Stretch, *, now: datetime) -> int:
    """How many on the list could come in this time, counted up to `COUNTED`. Raises `NotAllowed`.

    It shows nobody.
    """
    if stretch.start_at >= stretch.end_at:
        return 0
    return len(_could_come(viewer, site, stretch, COUNTED, now))


def _could_come(
    viewer: Viewer, site: Site, stretch: Stretch, most: int, now: datetime
) -> list[Candidate]:
    found: list[Candidate] = []
    room: dict[int, bool] = {}
    for entry in waiting_line(viewer, site, stretch, now=now):
        kind = entry.visit_type
        if kind.pk not in room:
            room[kind.pk] = has_room(viewer, kind, site, stretch, now=now)
        slot = first_time(viewer, entry, stretch, now=now) if room[kind.pk] else None
        if slot is not None:
            found.append(Candidate(entry, slot))
        if len(found) == most:
            break
    return found


def who_could_come(
    viewer: Viewer, site: Site, stretch: Stretch, *, now: datetime
) -> list[Candidate]:
    """The first in line with a time that fits them, for the desk to call. Raises `NotAllowed`."""
    found = _could_come(viewer, site, stretch, SHOWN, now)
    people = [candidate.entry.patient_id for candidate in found]
    record_read(viewer, "waitlist", people, kind=ReadKind.LIST)
    return found


def times_for(
    viewer: Viewer, entry: WaitlistEntry, *, now: datetime, limit: int = 60
) -> list[Slot]:
    """The free times that fit this wish, earliest first. Raises `NotAllowed`.

    Only such as can still be offered when the desk has read the page.
    """
    zone = entry.site.zone
    begin = max(day_bounds(entry.earliest_date, zone)[0], now)
    slots = _free(viewer, entry, begin, day_bounds(entry.latest_date, zone)[1], None, now)
    waiting, soon = _as_waiting(entry, was_asked=False), now + READING_TAKES
    return [slot for slot in slots if accepts(waiting, slot.start_at, soon)][:limit]


def _as_waiting(entry: WaitlistEntry, *, was_asked: bool = True) -> Waiting:
    """The entry as ranking sees it; without what they were offered before, if not `was_asked`."""
    visit = entry.appointment
    has_visit = visit is not None and visit.status in MOVABLE
    offers = [offer for offer in entry.offers.all() if was_asked]
    unused = {OfferStatus.DECLINED, OfferStatus.EXPIRED}
    return Waiting(
        key=entry.pk,
        since=entry.created_at,
        minutes=entry.visit_type.duration_minutes,
        zone=entry.site.zone,
        earliest_date=entry.earliest_date,
        latest_date=entry.latest_date,
        priority=entry.priority,
        weekdays=frozenset(entry.weekdays),
        from_time=entry.from_time,
        until_time=entry.until_time,
        notice=timedelta(minutes=entry.notice_minutes),
        clinician_id=entry.clinician_id,
        sooner_than=visit.start_at if visit is not None and has_visit else None,
        offered=tuple((offer.hold.start_at, offer.hold.end_at) for offer in offers),
        unused_offers=sum(offer.status in unused for offer in offers),
    )


def _askable(site: Site, now: datetime) -> Iterable[WaitlistEntry]:
    """Those who wait and are not just thinking about another offer."""
    asked = WaitlistOffer.objects.filter(status=OfferStatus.OPEN)
    begun = Q(appointment__status__in=sorted(HOLDING - MOVABLE))
    waiting = WaitlistEntry.objects.filter(
        site=site,
        status=WaitlistStatus.WAITING,
        latest_date__gte=now.astimezone(site.zone).date(),
        patient__replaced_by__isnull=True,
        patient__deceased_date__isnull=True,
        visit_type__is_active=True,
        visit_type__capacity=1,
    )
    waiting = waiting.exclude(patient__in=asked.values("hold__patient")).exclude(begun)
    parts = waiting.select_related(
        "patient", "visit_type", "site", "clinician", "appointment__course"
    )
    return parts.prefetch_related("offers__hold", "patient__contacts")


def _free(
    viewer: Viewer,
    entry: WaitlistEntry,
    earliest: datetime,
    latest: datetime,
    stretch: Stretch | None,
    now: datetime,
) -> list[Slot]:
    named = entry.clinician_id or (stretch.clinician_id if stretch else None)
    clinicians = list(Resource.objects.filter(pk=named)) if named else None
    # What is nearer cannot be offered any more (`offer_ends`), so it is not shown.
    soonest = now + timedelta(minutes=entry.notice_minutes) + SHORTEST_OFFER
    search = SlotSearch(
        visit_type=entry.visit_type,
        sites=[entry.site],
        earliest=max(earliest, soonest),
        latest=latest,
        clinicians=clinicians,
        patient_id=entry.patient_id,
        weekdays=entry.weekdays,
        from_time=entry.from_time,
        until_time=entry.until_time,
        limit=STARTS,
        region=entry.wished_region,
    )
    # Nobody is asked to come at a time that a rule would refuse.
    visit = entry.appointment
    course = visit.course if visit else None
    return slots_for(viewer, search, course=course, visit=visit.pk if visit else None, now=now)
