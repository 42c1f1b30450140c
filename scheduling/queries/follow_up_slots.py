"""Concrete times for a visit that is due: few, on different days, with whoever did it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from scheduling.domain.slots import Slot
from scheduling.models import Resource, ResourceKind, Site, VisitType
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots
from treatments.models import FollowUp

OFFERED = 3
# The kind of visit that is a follow-up, where the clinic has one of this name.
CODES = ("follow-up", "followup", "follow-up-visit")
_AT_LEAST = timedelta(days=14)
_MANY = 400


@dataclass(frozen=True)
class FollowUpTime:
    """A time, and with whom."""

    slot: Slot
    name: str


@dataclass(frozen=True)
class FollowUpTimes:
    """What is offered: which kind of visit, where, and the times. `is_wished` if with their own."""

    visit_type: VisitType
    site: Site
    times: list[FollowUpTime]
    is_wished: bool


def follow_up_times(viewer: Viewer, follow_up: FollowUp, *, now: datetime) -> FollowUpTimes:
    """At most three times in the days in which the visit is due, or soon if these are over.

    With the clinician of the treatment if they are free then, else with anybody. Raises
    `NotFound` if nothing can be booked at all, `NotAllowed`.
    """
    require(viewer, "scheduling.book")
    kind = _kind(viewer)
    own = _own(viewer, follow_up)
    site = own.site if own is not None else catalogue.access_site(viewer, None)
    latest = follow_up.due_at if follow_up.due_at > now else now + _AT_LEAST
    search = SlotSearch(
        visit_type=kind,
        sites=[site],
        earliest=max(now, follow_up.earliest_at),
        latest=latest,
        clinicians=[own] if own is not None else None,
        patient_id=follow_up.patient_id,
        limit=_MANY,
    )
    found = free_slots(viewer, search, now=now)
    is_wished = bool(found) and own is not None
    if not found and own is not None:
        found = free_slots(viewer, replace(search, clinicians=None), now=now)
    names = {person.pk: person.name for person in catalogue.clinicians(viewer, site)}
    times = [
        FollowUpTime(slot, names.get(slot.clinician_id or 0, "")) for slot in _spread(found, site)
    ]
    return FollowUpTimes(kind, site, times, is_wished)


def _kind(viewer: Viewer) -> VisitType:
    for kind in catalogue.visit_types(viewer):
        if kind.code in CODES:
            return kind
    return catalogue.access_visit_type(viewer, None)


def _own(viewer: Viewer, follow_up: FollowUp) -> Resource | None:
    user = None
    if follow_up.procedure is not None:
        user = follow_up.procedure.performer_id
    elif follow_up.course is not None:
        user = follow_up.course.ordered_by_id
    if user is None:
        return None
    sites = catalogue.sites(viewer)
    rows = Resource.objects.filter(
        user=user, kind=ResourceKind.CLINICIAN, is_active=True, site__in=sites
    )
    return rows.select_related("site").order_by("pk").first()


def _spread(slots: list[Slot], site: Site) -> list[Slot]:
    """The first time of each day, at most three; of fewer days, more of a day."""
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start_at.astimezone(site.zone).date(), []).append(slot)
    chosen = [times[0] for times in by_day.values()][:OFFERED]
    rest = [slot for times in by_day.values() for slot in times[1:]]
    return sorted([*chosen, *rest[: OFFERED - len(chosen)]])
