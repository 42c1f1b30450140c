"""Checking in by phone: the links, and who is meant by what somebody types.

Nobody is signed in here. What opens these doors is a signed token in the address; whoever passes
`THE_CLINIC` has read it from there.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, NotFound
from clinic.shared.tokens import TokenSpent, seal, unseal
from patients.queries import recognised
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.domain.waiting import rounded
from scheduling.models import Appointment, AppointmentQuerySet, Site
from scheduling.queries.waiting import in_house

LINK_LASTS = timedelta(minutes=15)
# The code on the screen changes this often, and works for one more such time: who has just scanned
# it must have time to type.
SCREEN_CHANGES = timedelta(minutes=5)
PLACE_LASTS = timedelta(hours=12)
# So long before their time it is told when that is, and not how long the line is.
EARLY = timedelta(minutes=30)

_VISIT, _SITE, _PLACE = "check-in.visit", "check-in.site", "check-in.place"
_WAITING = {AppointmentStatus.ARRIVED, AppointmentStatus.ROOMED}


@dataclass(frozen=True)
class CheckInLink:
    """An address by which one visit checks in, until `expires_at`."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Place:
    """Where somebody stands in line. `minutes` is rounded up; None if nobody can tell.

    Who `is_early` waits for their own time and not for others: that is what they are told.
    """

    status: AppointmentStatus
    number: int | None
    before: int
    minutes: int | None
    room: str
    site: Site
    start_at: datetime | None = None
    is_early: bool = False


def visit_link(viewer: Viewer, appointment: Appointment, *, now: datetime) -> CheckInLink:
    """A link for the phone of who comes to this visit; the visit comes from a door.

    Raises `Conflict` for a visit that is not today, or that has begun or ended, and `NotAllowed`.
    """
    require(viewer, "scheduling.receive")
    if appointment.status not in MOVABLE or not _is_today(appointment, now):
        raise Conflict(N_("Only a visit of today that has not begun can be checked in by phone."))
    expires_at = now + LINK_LASTS
    token = seal(purpose=_VISIT, subject=appointment.pk.bytes, expires_at=expires_at)
    return CheckInLink(public_address("public:check-in", token), expires_at)


def visit_of_link(viewer: Viewer, token: str, *, now: datetime) -> Appointment:
    """The visit a check-in link is for. Raises `NotFound` for a link that is over or not ours."""
    return _visit(viewer, _VISIT, token, now)


def screen_address(viewer: Viewer, site: Site, *, now: datetime) -> str:
    """What the code on the waiting room's screen says: the same for everybody for a few minutes."""
    _require_clinic(viewer)
    window = int(SCREEN_CHANGES.total_seconds())
    begun = int(now.timestamp()) // window
    expires_at = datetime.fromtimestamp((begun + 2) * window, now.tzinfo)
    token = seal(purpose=_SITE, subject=site.pk.to_bytes(4, "big"), expires_at=expires_at)
    return public_address("public:arrive", token)


def site_of_screen(viewer: Viewer, token: str, *, now: datetime) -> Site:
    """The site whose screen was scanned. Raises `NotFound` for a code that is over or not ours."""
    _require_clinic(viewer)
    said = _said(_SITE, token, now)
    site = Site.objects.filter(pk=int.from_bytes(said, "big")).first()
    if site is None:
        raise NotFound
    return site


def visit_of_person(
    viewer: Viewer, site: Site, *, birth_date: date, digits: str, now: datetime
) -> Appointment | None:
    """The one visit of today at the site that can arrive, or waits, of who is meant by this.

    None if there is no such person, no such visit, or more than one of either: the answer is the
    same, so that nobody learns who comes here.
    """
    _require_clinic(viewer)
    people = recognised(viewer, birth_date=birth_date, digits=digits)
    today = now.astimezone(site.zone).date()
    visits = _visits().filter(patient__in=people) & Appointment.objects.on_day(today, site)
    for statuses in (MOVABLE, _WAITING):
        found = list(visits.filter(status__in=statuses)[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def place_token(viewer: Viewer, appointment: Appointment, *, now: datetime) -> str:
    """What lets the phone that has checked in ask where it stands, for the rest of the day."""
    _require_clinic(viewer)
    return seal(purpose=_PLACE, subject=appointment.pk.bytes, expires_at=now + PLACE_LASTS)


def place_in_line(viewer: Viewer, token: str, *, now: datetime) -> Place:
    """Where the holder of the token stands. Raises `NotFound` for one that is over or not ours."""
    visit = _visit(viewer, _PLACE, token, now)
    here = {v.appointment.pk: v for v in in_house(viewer, visit.site, now=now)}.get(visit.pk)
    status = AppointmentStatus(visit.status)
    if here is None or status not in _WAITING:
        return Place(status, None, 0, None, "", visit.site)
    told = here.forecast
    return Place(
        status=status,
        number=here.number,
        before=told.before if told else 0,
        minutes=rounded(told.minutes) if told else None,
        room=" · ".join(here.rooms) if status == AppointmentStatus.ROOMED else "",
        site=visit.site,
        start_at=visit.start_at,
        is_early=visit.start_at - now >= EARLY,
    )


def _visit(viewer: Viewer, purpose: str, token: str, now: datetime) -> Appointment:
    _require_clinic(viewer)
    visit = _visits().filter(pk=UUID(bytes=_said(purpose, token, now))).first()
    if visit is None:
        raise NotFound
    return visit


def _visits() -> AppointmentQuerySet:
    return Appointment.objects.select_related("site", "patient", "visit_type")


def _said(purpose: str, token: str, now: datetime) -> bytes:
    try:
        return unseal(purpose=purpose, token=token, now=now)
    except TokenSpent as spent:
        raise NotFound from spent


def _is_today(appointment: Appointment, now: datetime) -> bool:
    zone = appointment.site.zone
    return appointment.start_at.astimezone(zone).date() == now.astimezone(zone).date()


def _require_clinic(viewer: Viewer) -> None:
    """Only a page that has read a token from its address comes in here."""
    if viewer is not THE_CLINIC:
        raise NotFound
