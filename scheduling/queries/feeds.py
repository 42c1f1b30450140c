"""What a calendar program is given: times and places, and not one clinical word."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Prefetch
from django.utils.translation import gettext, override

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient
from scheduling.domain.states import AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentQuerySet,
    Reservation,
    ReservationKind,
    Resource,
    ResourceKind,
    SecretLink,
)
from scheduling.queries.links import CALENDARS, link_of_secret

PAST, AHEAD = timedelta(days=31), timedelta(days=366)


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar. `sequence` grows with each change; `changed_at` is the last one."""

    uid: str
    start_at: datetime
    end_at: datetime
    summary: str
    location: str
    description: str
    is_cancelled: bool
    sequence: int
    changed_at: datetime


@dataclass(frozen=True)
class Feed:
    """A calendar as it stands. `entries` is None if the asker already has this `etag`."""

    link: SecretLink
    etag: str
    entries: list[Entry] | None


def calendar_feed(viewer: Viewer, secret: str, *, seen: Collection[str], now: datetime) -> Feed:
    """The calendar behind a secret; `seen` are the etags that the asker has. Raises `NotFound`.

    Whoever made the link is who reads here: the read log says so, each time something is handed
    out. That nothing has changed shows nobody anything.
    """
    link = link_of_secret(viewer, secret, now=now)
    if link.kind not in CALENDARS:
        raise NotFound
    people, entries = _contents(link, now)
    etag = f'"{hashlib.sha256(repr(entries).encode()).hexdigest()[:32]}"'
    if etag in seen:
        return Feed(link, etag, None)
    record_read(link.created_by, "calendar feed", people, kind=ReadKind.EXPORT)
    return Feed(link, etag, entries)


def entry_of(viewer: Viewer, visit: Appointment, *, language: str) -> Entry:
    """One of the viewer's own visits, as a calendar reads it. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    row = _told(Appointment.objects.filter(pk=visit.pk))[0]
    record_read(viewer, "calendar file", [row.patient_id])
    entry = _for_patient(row)
    return replace(entry, summary=row.visit_type.name_in(language))


def _contents(link: SecretLink, now: datetime) -> tuple[set[UUID], list[Entry]]:
    visits = Appointment.objects.filter(start_at__gte=now - PAST, start_at__lt=now + AHEAD)
    if link.patient:
        rows = _told(visits.filter(patient__in=Patient.objects.ids_of(link.patient.pk)))
        entries = [_for_patient(visit) for visit in rows]
    else:
        assert link.resource is not None
        rows = _told(visits.led_by(link.created_by))
        entries = [_for_clinician(visit) for visit in rows]
        entries += [_blocked(block) for block in _blocks(link.resource, now)]
    return {visit.patient_id for visit in rows}, entries


def _told(visits: AppointmentQuerySet) -> list[Appointment]:
    parts = Reservation.objects.filter(kind=ReservationKind.APPOINTMENT).order_by("id")
    parts = parts.select_related("resource")
    rows = visits.select_related("patient", "visit_type", "site", "seat__session")
    rows = rows.prefetch_related(
        Prefetch("reservations", parts), Prefetch("seat__session__reservations", parts)
    )
    rows = rows.annotate(changes=Count("events"), changed_at=Max("events__occurred_at"))
    return list(rows.order_by("start_at", "id"))


def _for_clinician(visit: Appointment) -> Entry:
    """Who comes is said by the record number: a phone on a table shows no name."""
    rooms = [p.resource.name for p in visit.taken if p.resource.kind == ResourceKind.ROOM]
    number = visit.patient.record_number
    return _entry(visit, f"Visit – D-{number}", " · ".join([visit.site.name, *rooms]), "")


def _for_patient(visit: Appointment) -> Entry:
    """In the person's own language, with what the clinic calls the visit outside."""
    site = visit.site
    where = ", ".join(part for part in (site.name, site.address) if part)
    with override(visit.patient.language):
        call = gettext("Questions? Call %(phone)s.") % {"phone": site.phone} if site.phone else ""
    what = visit.visit_type.name_in(visit.patient.language)
    return _entry(visit, what, where, call)


def _entry(visit: Appointment, summary: str, location: str, description: str) -> Entry:
    told: dict[str, datetime | int] = vars(visit)
    changes, changed_at = told["changes"], told["changed_at"]
    assert isinstance(changes, int)
    return Entry(
        uid=f"visit-{visit.pk}@dorsa",
        start_at=visit.start_at,
        end_at=visit.end_at,
        summary=summary,
        location=location,
        description=description,
        is_cancelled=visit.status == AppointmentStatus.CANCELLED,
        sequence=max(0, changes - 1),
        changed_at=changed_at if isinstance(changed_at, datetime) else visit.created_at,
    )


def _blocks(resource: Resource, now: datetime) -> list[Reservation]:
    window = ((now - PAST).astimezone(UTC), (now + AHEAD).astimezone(UTC))
    rows = resource.reservations.filter(kind=ReservationKind.BLOCK, is_active=True)
    return list(rows.filter(during__overlap=window).select_related("resource__site").order_by("id"))


def _blocked(block: Reservation) -> Entry:
    """Why is nobody's business outside."""
    site = block.resource.site.name
    begin, end = block.during.lower, block.during.upper
    return Entry(f"block-{block.pk}@dorsa", begin, end, "Blocked", site, "", False, 0, begin)
