"""Clinics of every kind on odd days, and a slow, plain account of what is free in them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects
from hypothesis import strategies as st

from clinic.accounts.models import User
from scheduling.domain.local_time import wall_instant
from scheduling.models import Appointment, Holiday, Reservation, Resource, TimeOff, WorkingHours
from tests import builders

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SHORT_DAY = (time(9), time(12, 30))

# A day of each kind: ordinary, clocks forward, clocks back.
DAYS = {
    "America/New_York": [date(2027, 1, 12), date(2027, 3, 14), date(2027, 11, 7)],
    "Australia/Lord_Howe": [date(2027, 1, 12), date(2027, 10, 3), date(2027, 4, 4)],
    "Asia/Kolkata": [date(2027, 1, 12)],
    "Europe/Dublin": [date(2027, 3, 28), date(2027, 10, 31)],
}
NOW = datetime(2027, 1, 1, tzinfo=UTC)

clock = st.integers(0, 23 * 4 + 3).map(lambda n: time(n // 4, n % 4 * 15))


@st.composite
def shifts(draw, most=2):
    pairs = draw(st.lists(st.tuples(clock, clock), min_size=1, max_size=most))
    return [(min(a, b), max(a, b)) for a, b in pairs if a != b]


LONG_DAY = [(time(1), time(22, 45))]
ALWAYS = st.just((None, None))

PARTS = [[], [], [(10, None)], [(10, 5)], [(0, 10), (15, None)], [(0, 5), (10, 5)]]

# Minutes after the day's beginning, and a length.
span = st.tuples(st.integers(-120, 26 * 60), st.integers(1, 300))


@dataclass
class Thing:
    """A resource of the example, with all that takes it away."""

    kind: str
    can: list[str]
    hours: list[tuple[time, time]] | None
    valid: tuple[int | None, int | None]
    busy: list[tuple[tuple[int, int], str]]
    away: list[tuple[int, int]]


@st.composite
def things(draw, kind, capability):
    return Thing(
        kind,
        draw(st.sampled_from([[capability], [capability], [capability, "other"], ["other"]])),
        draw((st.just(LONG_DAY) if kind == "clinician" else st.none()) | shifts()),
        draw(ALWAYS | st.tuples(st.none() | st.integers(-1, 1), st.none() | st.integers(0, 2))),
        draw(
            st.lists(
                st.tuples(span, st.sampled_from(["taken", "freed", "held", "expired", "over"])),
                max_size=3,
            )
        ),
        draw(st.lists(span, max_size=1)),
    )


@st.composite
def needs(draw, kind):
    return {
        "kind": kind,
        "capability": kind,
        "count": 1 if kind == "clinician" else draw(st.sampled_from([1, 1, 1, 2])),
        # Offsets and lengths of a split visit; none means the whole of it.
        "parts": draw(st.sampled_from(PARTS)),
        "buffer_before_minutes": draw(st.sampled_from([0, 0, 15])),
        "buffer_after_minutes": draw(st.sampled_from([0, 0, 10])),
    }


@st.composite
def worlds(draw):
    zone = draw(st.sampled_from(sorted(DAYS)))
    kinds = draw(st.sampled_from([["clinician", "room"], ["clinician", "room", "equipment"]]))
    return {
        "zone": zone,
        "day": draw(st.sampled_from(DAYS[zone])),
        "site_hours": draw(st.just(LONG_DAY) | shifts(3)),
        "closed": draw(st.lists(span, max_size=1)),
        # A holiday: none, one nobody observes, closed all day, or other hours.
        "holiday": draw(st.sampled_from(["", "", "", "unobserved", "closed", "short"])),
        "minutes": draw(st.sampled_from([20, 30, 45])),
        "alignment": draw(st.sampled_from([5, 10, 15, 20, 30, 60])),
        "needs": [draw(needs(kind)) for kind in kinds],
        "things": [
            thing
            for kind in kinds
            for thing in draw(st.lists(things(kind, kind), min_size=1, max_size=3))
        ],
        "visits": draw(st.lists(span, max_size=1)),
    }


@dataclass
class World:
    """The example as rows, and what the oracle needs to know of them."""

    site: object
    visit_type: object
    patient: object
    clerk: User
    begin: datetime
    free: dict[Resource, set[datetime]] = field(default_factory=dict)
    visits: list[tuple[datetime, datetime]] = field(default_factory=list)


def build(world) -> World:
    zone = ZoneInfo(world["zone"])
    site = builders.make_site(world["zone"], hours=None)
    begin = wall_instant(world["day"], time(), zone)
    built = World(
        site,
        builders.make_visit_type(
            world["minutes"],
            world["needs"],
            alignment_minutes=world["alignment"],
            horizon_days=1000,
        ),
        builders.make_patient(),
        builders.make_user(),
        begin,
    )
    site_minutes = _hours(world["site_hours"], (None, None), world["day"], zone, site, None)
    site_minutes = _holiday(world["holiday"], world["day"], zone, site, site_minutes)
    for at in world["closed"]:
        site_minutes -= _minutes(*_away(site, None, at, begin))
    for thing in world["things"]:
        resource = builders.make_resource(site, thing.kind, thing.can)
        free = set(site_minutes)
        if thing.hours:
            free &= _hours(thing.hours, thing.valid, world["day"], zone, site, resource)
        elif thing.kind == "clinician":
            free = set()
        for at in thing.away:
            free -= _minutes(*_away(site, resource, at, begin))
        for at, how in thing.busy:
            free -= _reserve(resource, at, how, begin)
        built.free[resource] = free
    for offset, length in world["visits"]:
        start = begin + timedelta(minutes=offset)
        visit = Appointment.objects.create(
            patient=built.patient,
            visit_type=built.visit_type,
            site=site,
            start_at=start,
            end_at=start + timedelta(minutes=length),
            status_at=NOW,
            booked_by=built.clerk,
        )
        built.visits.append((visit.start_at, visit.end_at))
    prefetch_related_objects(list(built.free), "capabilities")
    return built


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
                minutes |= _minutes(
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
        left |= _minutes(wall_instant(day, opens, zone), wall_instant(day, closes, zone))
    return left


def _minutes(begin, end):
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
    return _minutes(start, end) if how in {"taken", "held", "over"} else set()


def oracle(world, built, *, buffers=True):
    """Every start at which every need is met, minute by minute, for each clinician."""
    zone = built.site.zone
    found = []
    for n in range(24 * 60):
        start = built.begin + n * MINUTE
        if start.astimezone(zone).minute % world["alignment"]:
            continue
        end = start + timedelta(minutes=world["minutes"])
        if any(start < busy_end and busy_start < end for busy_start, busy_end in built.visits):
            continue
        able = {
            need["kind"]: [r for r in built.free if fits(world, need, r, built, start, buffers)]
            for need in world["needs"]
        }
        if all(len(able[need["kind"]]) >= need["count"] for need in world["needs"]):
            found += [(start, clinician.pk) for clinician in able["clinician"]]
    return sorted(found)


def fits(world, need, resource, built, start, buffers):
    if resource.kind != need["kind"]:
        return False
    if need["capability"] not in {c.code for c in resource.capabilities.all()}:
        return False
    for offset, length in need["parts"] or [(0, None)]:
        begin = offset - (need["buffer_before_minutes"] if buffers else 0)
        end = offset + (length or world["minutes"] - offset)
        end += need["buffer_after_minutes"] if buffers else 0
        if not _minutes(start + begin * MINUTE, start + end * MINUTE) <= built.free[resource]:
            return False
    return True
