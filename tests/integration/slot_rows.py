"""The clinics of `slot_worlds.py` as rows, and what is free in them, minute by minute."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects

from clinic.accounts.models import User
from scheduling.domain.local_time import wall_instant
from scheduling.models import (
    Appointment,
    GroupSeat,
    GroupSession,
    Holiday,
    Reservation,
    Resource,
    TimeOff,
    WorkingHours,
)
from tests import builders
from tests.integration.slot_worlds import DAY, MINUTE, NOW, SHORT_DAY


@dataclass
class World:
    """The example as rows, and what the oracle needs to know of them.

    `free` has the free minutes of every resource, `joinable` the groups with a seat left, as
    (start, site, clinician).
    """

    sites: list[object]
    visit_type: object
    patient: object
    clerk: User
    begin: datetime
    free: dict[Resource, set[datetime]] = field(default_factory=dict)
    visits: list[tuple[datetime, datetime]] = field(default_factory=list)
    joinable: list[tuple[datetime, object, Resource]] = field(default_factory=list)
    named: Resource | None = None

    @property
    def site(self):
        return self.sites[0]


def build(world) -> World:
    sites = [builders.make_site(zone, hours=None) for zone in world["zones"]]
    built = World(
        sites,
        builders.make_visit_type(
            world["minutes"],
            world["needs"],
            alignment_minutes=world["alignment"],
            horizon_days=1000,
            capacity=world["capacity"],
        ),
        builders.make_patient(),
        builders.make_user(),
        wall_instant(world["day"], time(), ZoneInfo(world["zones"][0])),
    )
    for offset, length in world["visits"]:
        start = built.begin + timedelta(minutes=offset)
        _visit(built, built.patient, start, start + timedelta(minutes=length))
    for site, place in zip(sites, world["places"], strict=True):
        _furnish(world, place, site, built)
    prefetch_related_objects(list(built.free), "capabilities")
    clinicians = [resource for resource in built.free if resource.kind == "clinician"]
    if world["wish"]["named"] is not None:
        built.named = clinicians[world["wish"]["named"] % len(clinicians)]
    return built


def _furnish(world, place, site, built):
    zone, day, begin = site.zone, world["day"], built.begin
    site_minutes = _hours(place["site_hours"], (None, None), day, zone, site, None)
    site_minutes = _holiday(place["holiday"], day, zone, site, site_minutes)
    for at in place["closed"]:
        site_minutes -= minutes_of(*_away(site, None, at, begin))
    clinicians, opened = [], {}
    for thing in place["things"]:
        resource = builders.make_resource(site, thing.kind, thing.can)
        free = set(site_minutes)
        if thing.hours:
            free &= _hours(thing.hours, thing.valid, day, zone, site, resource)
        elif thing.kind == "clinician":
            free = set()
        for at in thing.away:
            free -= minutes_of(*_away(site, resource, at, begin))
        opened[resource] = frozenset(free)
        for at, how in thing.busy:
            free -= _reserve(resource, at, how, begin)
        built.free[resource] = free
        clinicians += [resource] if thing.kind == "clinician" else []
    for session in place["sessions"] if world["capacity"] > 1 else []:
        leader = clinicians[session["led_by"] % len(clinicians)]
        _gather(session, site, leader, built, opened[leader])


def _visit(built, patient, start, end, **fields):
    visit = Appointment.objects.create(
        **{
            "patient": patient,
            "visit_type": built.visit_type,
            "site": built.site,
            "start_at": start,
            "end_at": end,
            "status_at": NOW,
            "booked_by": built.clerk,
        }
        | fields
    )
    if patient == built.patient and visit.status != "cancelled":
        built.visits.append((start, end))


def _gather(wish, site, clinician, built, opened):
    """A group that takes its clinician's time; whoever sits in it has a visit of their own.

    Nobody joins it unless its clinician can do it and is there, in the minutes `opened`.
    """
    start = built.begin + timedelta(minutes=wish["at"])
    end = start + timedelta(minutes=built.visit_type.duration_minutes)
    if any(start < other_end and other_start < end for other_start, other_end in built.visits):
        wish = wish | {"seats": ["taken" if seat == "own" else seat for seat in wish["seats"]]}
    during, is_open = DateTimeTZRange(start, end), wish["how"] != "closed"
    clashes = Reservation.objects.filter(
        resource=clinician, during__overlap=during, is_active=True, is_overbooked=False
    )
    if is_open and clashes.exists():
        return
    kind = built.visit_type if wish["how"] != "other kind" else builders.make_visit_type()
    session = GroupSession.objects.create(
        visit_type=kind, site=site, start_at=start, end_at=end, is_active=is_open
    )
    Reservation.objects.create(
        resource=clinician, during=during, kind="appointment", group=session, is_active=is_open
    )
    is_in = False
    for number, seat in enumerate(wish["seats"], 1):
        row = GroupSeat.objects.create(session=session, number=number)
        is_mine, is_in = seat == "own" and not is_in and is_open, is_in or seat == "own"
        if is_mine or seat in {"taken", "cancelled"}:
            patient = built.patient if is_mine else builders.make_patient()
            status = "cancelled" if seat == "cancelled" or not is_open else "booked"
            fields = {"visit_type": kind, "site": site, "seat": row, "status": status}
            _visit(built, patient, start, end, **fields)
    if is_open:
        built.free[clinician] -= minutes_of(start, end)
    left = [s for s in wish["seats"] if s in {"", "cancelled"}]
    is_able = clinician.capabilities.filter(code="clinician").exists()
    is_there = is_able and minutes_of(start, end) <= opened
    if wish["how"] == "open" and left and is_there:
        built.joinable.append((start, site, clinician))


def _hours(stretches, valid, day, zone, site, resource):
    first, last = (day + timedelta(days=n) if n is not None else None for n in valid)
    if first and last and last < first:
        first = last = None
    minutes = set()
    for opens, closes in stretches:
        for near in (day + timedelta(days=n) for n in (-1, 0, 1)):
            WorkingHours.objects.create(
                site=site,
                resource=resource,
                weekday=near.isoweekday(),
                opens=opens,
                closes=closes,
                valid_from=first,
                valid_until=last,
            )
            if (first is None or near >= first) and (last is None or near <= last):
                minutes |= minutes_of(
                    wall_instant(near, opens, zone), wall_instant(near, closes, zone)
                )
    return minutes


def _holiday(how, day, zone, site, usual):
    """The holiday takes the place of the hours that begin on its own day, and of no other."""
    if not how:
        return usual
    opens, closes = SHORT_DAY if how == "short" else (None, None)
    Holiday.objects.create(
        site=site,
        local_date=day,
        name="Founders' Day",
        is_observed=how != "unobserved",
        opens=opens,
        closes=closes,
    )
    if how == "unobserved":
        return usual
    begin, end = wall_instant(day, time(), zone), wall_instant(day + DAY, time(), zone)
    left = {minute for minute in usual if not begin <= minute < end}
    if how == "short":
        left |= minutes_of(wall_instant(day, opens, zone), wall_instant(day, closes, zone))
    return left


def minutes_of(begin, end):
    return {begin + n * MINUTE for n in range(max(0, int((end - begin) / MINUTE)))}


def _range(at, begin):
    start = begin + timedelta(minutes=at[0])
    return start, start + timedelta(minutes=at[1])


def _away(site, resource, at, begin):
    start, end = _range(at, begin)
    TimeOff.objects.create(site=site, resource=resource, during=DateTimeTZRange(start, end))
    return start, end


def _reserve(resource, at, how, begin):
    """Write the reservation, if it may stand beside the others; the minutes it really takes."""
    start, end = _range(at, begin)
    during = DateTimeTZRange(start, end)
    ends = {"held": NOW + MINUTE, "expired": NOW - MINUTE}.get(how)
    row = Reservation(
        resource=resource,
        during=during,
        kind="hold" if ends else "block",
        hold=ends and builders.make_hold(resource.site, start, end, ends),
        expires_at=ends,
        is_active=how != "freed",
        is_overbooked=how == "over",
    )
    clashes = Reservation.objects.filter(
        resource=resource, during__overlap=during, is_active=True, is_overbooked=False
    )
    if row.is_active and not row.is_overbooked and clashes.exists():
        return set()
    row.save()
    return minutes_of(start, end) if how in {"taken", "held", "over"} else set()
