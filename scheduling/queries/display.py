"""The screen in the waiting room: numbers, rooms and clinicians. Never who is meant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from scheduling.domain.states import AppointmentStatus
from scheduling.domain.waiting import rounded
from scheduling.models import LinkKind, SecretLink, Site
from scheduling.queries.check_in import screen_address
from scheduling.queries.delays import delays
from scheduling.queries.links import link_of_secret
from scheduling.queries.waiting import InHouse, in_house

# So long a number is called; then its owner is on the way or somebody goes and looks.
CALLED_FOR = timedelta(minutes=3)


@dataclass(frozen=True)
class Called:
    """A number that should go to a room now."""

    number: int
    room: str


@dataclass(frozen=True)
class Waits:
    """A number that waits, and about how many minutes more. None: nobody can tell."""

    number: int
    minutes: int | None


@dataclass(frozen=True)
class Line:
    """Who waits for one clinician (or for none in particular: ""), in order."""

    clinician: str
    late_minutes: int
    waiting: tuple[Waits, ...]


@dataclass(frozen=True)
class WaitingRoom:
    """Everything the screen shows; equal if nothing has changed."""

    called: tuple[Called, ...]
    lines: tuple[Line, ...]
    check_in: str


def display_of_secret(viewer: Viewer, secret: str, *, now: datetime) -> SecretLink:
    """The link of a screen. Raises `NotFound`, also for one that was switched off."""
    link = link_of_secret(viewer, secret, now=now)
    if link.kind != LinkKind.WAITING_DISPLAY:
        raise NotFound
    return link


def waiting_room(viewer: Viewer, site: Site, *, now: datetime) -> WaitingRoom:
    """What a screen of the site shows now; the site comes from its link. Raises `NotFound`."""
    check_in = screen_address(viewer, site, now=now)
    visits = [visit for visit in in_house(viewer, site, now=now) if visit.number]
    late = {d.resource.name: d.minutes for d in delays(viewer, site, now=now).values()}
    waiting: dict[str, list[InHouse]] = {}
    for visit in visits:
        if visit.appointment.status == AppointmentStatus.ARRIVED:
            name = visit.clinician.name if visit.clinician else ""
            waiting.setdefault(name, []).append(visit)
    names = sorted({*waiting, *late})
    lines = tuple(Line(n, late.get(n, 0), _in_order(waiting.get(n, []))) for n in names)
    return WaitingRoom(_called(visits, now), lines, check_in)


def _called(visits: list[InHouse], now: datetime) -> tuple[Called, ...]:
    """Just shown to a room, the latest first."""
    fresh = [
        visit
        for visit in visits
        if visit.appointment.status == AppointmentStatus.ROOMED
        and now - visit.appointment.status_at < CALLED_FOR
    ]
    fresh.sort(key=lambda visit: visit.appointment.status_at, reverse=True)
    return tuple(Called(visit.number or 0, " · ".join(visit.rooms)) for visit in fresh)


def _in_order(visits: list[InHouse]) -> tuple[Waits, ...]:
    told = [(v.forecast.minutes if v.forecast else None, v.number or 0) for v in visits]
    told.sort(key=lambda pair: (pair[0] is None, pair))
    return tuple(Waits(n, None if m is None else rounded(m)) for m, n in told)
