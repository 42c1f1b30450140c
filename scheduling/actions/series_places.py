"""Taking everything that a whole course needs: locked in one go, then chosen, then written.

A single booking chooses first and then locks what it chose. A course cannot: locking visit by visit
would take resources in the order of the visits, not of their ids, and two writers would wait in a
ring. So every resource that any visit of this kind could take at its site is locked at once, in the
order of the ids, and then chosen: what was chosen under the lock cannot be lost any more. The order
is that of all writers: the person, visits, groups, resources.

One visit of a course may have been moved to another site: each is looked for where it is.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from clinic.accounts.models import THE_CLINIC
from patients.models import Patient
from scheduling.actions.group import free_seat, open_session
from scheduling.actions.places import Chosen, Owner, lock_resources, take_places
from scheduling.actions.series_errors import Clash, SeriesTaken
from scheduling.domain.slots import Slot
from scheduling.domain.states import HOLDING
from scheduling.models import (
    Appointment,
    GroupSeat,
    GroupSession,
    Reservation,
    Resource,
    VisitType,
)
from scheduling.queries.courses import resources_for_each, times_near

if TYPE_CHECKING:
    from scheduling.actions.reserve import BookingRequest

ALTERNATIVES = 5
AROUND = timedelta(days=2)

# What one visit takes: a seat in a group that is there, or the resources for each need.
Place = tuple[GroupSeat | None, Chosen]


def with_needs(visit_type: VisitType) -> VisitType:
    """The kind of visit with all it needs at hand, however many visits ask for it."""
    return VisitType.objects.prefetch_related("needs__parts").get(pk=visit_type.pk)


def lock_course(
    requests: Sequence["BookingRequest"], *, also: Sequence[Appointment] = (), now: datetime
) -> None:
    """Lock every group and resource that these visits could take, and those that `also` take now.

    The requests are for one kind of visit. Holds that ran out make room.
    """
    kind, sites = requests[0].visit_type, {request.site for request in requests}
    starts = [request.start_at for request in requests]
    sessions = Q(visit_type=kind, site__in=sites, start_at__in=starts)
    sessions |= Q(seats__in=[visit.seat_id for visit in also if visit.seat_id])
    if kind.capacity > 1:
        held = GroupSession.objects.filter(pk__in=GroupSession.objects.filter(sessions))
        list(held.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    wanted = Q(pk__in=[])
    for need in kind.needs.all():
        of_kind = Q(kind=need.kind, site__in=sites, is_active=True)
        wanted |= of_kind & Q(capabilities=need.capability_id) if need.capability_id else of_kind
    pool = set(Resource.objects.filter(wanted).values_list("pk", flat=True))
    lock_resources(pool | _taken_by(also))
    Reservation.objects.filter(resource__in=pool, expires_at__lte=now).delete()


def _taken_by(visits: Sequence[Appointment]) -> set[int]:
    rows = Reservation.objects.filter(appointment__in=visits)
    return set(rows.values_list("resource_id", flat=True))


def find_places(
    requests: Sequence["BookingRequest"],
    *,
    moving: Collection[Appointment] = (),
    now: datetime,
) -> list[Place]:
    """A place for each visit; what they take is locked, and what `moving` ones took is given up.

    Raises `SeriesTaken` with everything that clashes, and the nearest free times for each.
    """
    busy = _busy(requests, moving)
    chosen = _chosen(requests, now)
    seats = [free_seat(request, now=now) for request in requests]
    places: list[Place | None] = [
        None if is_busy or (seat is None and resources is None) else (seat, resources or {})
        for is_busy, seat, resources in zip(busy, seats, chosen, strict=True)
    ]
    found = [place for place in places if place is not None]
    if len(found) == len(places):
        return found
    failed = [
        (request, is_busy)
        for request, is_busy, place in zip(requests, busy, places, strict=True)
        if place is None
    ]
    clashes = _clashes(failed, requests, moving, now)
    raise SeriesTaken(clashes, asked=len(requests))


def _chosen(requests: Sequence["BookingRequest"], now: datetime) -> list[Chosen | None]:
    """For each visit what it would take at its own site: one question for each site."""
    found: dict[int, Chosen | None] = {}
    for site in dict.fromkeys(request.site for request in requests):
        there = [number for number, request in enumerate(requests) if request.site == site]
        chosen = resources_for_each(
            THE_CLINIC,
            visit_type=requests[0].visit_type,
            site=site,
            times=[(requests[n].start_at, requests[n].clinician) for n in there],
            now=now,
        )
        found |= dict(zip(there, chosen, strict=True))
    return [found[number] for number in range(len(requests))]


def take_place(visit: Appointment, request: "BookingRequest", place: Place) -> None:
    """Write what one visit takes up; its row is there, and its seat is written by the caller."""
    seat, chosen = place
    if seat is None and request.visit_type.capacity == 1:
        take_places(Owner(appointment=visit), request.visit_type, visit.start_at, chosen)


def seat_in(request: "BookingRequest", place: Place) -> GroupSeat | None:
    """The seat that a visit gets: one that is free, or the first of a new group, or none."""
    seat, chosen = place
    if seat is None and request.visit_type.capacity > 1:
        return open_session(request, chosen)
    return seat


def _others(patient: Patient, moving: Collection[Appointment]) -> list[tuple[datetime, datetime]]:
    visits = Appointment.objects.filter(patient=patient, status__in=HOLDING)
    others = visits.exclude(pk__in=[visit.pk for visit in moving])
    return list(others.values_list("start_at", "end_at"))


def _busy(requests: Sequence["BookingRequest"], moving: Collection[Appointment]) -> list[bool]:
    """For each visit whether the person is elsewhere then."""
    others = _others(requests[0].patient, moving)
    return [
        any(begin < request.end_at and end > request.start_at for begin, end in others)
        for request in requests
    ]


def _clashes(
    failed: Sequence[tuple["BookingRequest", bool]],
    requests: Sequence["BookingRequest"],
    moving: Collection[Appointment],
    now: datetime,
) -> list[Clash]:
    """What clashes, with the free times around it on days that the course does not use yet."""
    slots = _times_near([request for request, _is_busy in failed], now)
    others = _others(requests[0].patient, moving)
    free = [s for s in slots if not any(b < s.end_at and e > s.start_at for b, e in others)]
    days = [_day(request, request.start_at) for request in requests]
    clashes = []
    for request, is_busy in failed:
        own = _day(request, request.start_at)
        open_days = [
            s for s in free if (day := _day(request, s.start_at)) == own or day not in days
        ]
        nearest, zone = _nearest(request, open_days), request.site.zone
        clash = Clash(request.start_at.astimezone(UTC), is_busy, zone, nearest)
        clashes.append(clash)
    return clashes


def _times_near(requests: Sequence["BookingRequest"], now: datetime) -> list[Slot]:
    found: list[Slot] = []
    for site in dict.fromkeys(request.site for request in requests):
        found += times_near(
            THE_CLINIC,
            visit_type=requests[0].visit_type,
            site=site,
            starts=[request.start_at for request in requests if request.site == site],
            around=AROUND,
            now=now,
        )
    return found


def _nearest(request: "BookingRequest", slots: Sequence[Slot]) -> list[Slot]:
    here = [s for s in slots if s.site_id == request.site.pk]
    near = [s for s in here if abs(s.start_at - request.start_at) <= AROUND]
    named = request.clinician and request.clinician.pk
    near.sort(key=lambda s: (s.clinician_id != named, abs(s.start_at - request.start_at), s))
    return sorted(near[:ALTERNATIVES])


def _day(request: "BookingRequest", start_at: datetime) -> date:
    return start_at.astimezone(request.site.zone).date()
