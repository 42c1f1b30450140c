"""A person's own visits and waits, as the portal shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.prepared import first_row
from patients.models import Patient
from scheduling.domain.own_booking import MINUTES_LATE
from scheduling.domain.states import HOLDING, MOVABLE, AppointmentStatus
from scheduling.models import (
    Appointment,
    BookingIntent,
    OfferStatus,
    ResourceKind,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)
from treatments.queries.hold_plans import own_instructions
from treatments.queries.triage import questions_named

MOST_PAST = 20
# From so long before the beginning somebody can say from their phone that they are here.
CHECK_IN_OPENS = timedelta(minutes=45)
# Mostly somebody waits for nothing, and nothing else is asked.
_WAITS = """
SELECT 1 FROM scheduling_waitlistentry WHERE patient_id = %(patient)s AND status = 'waiting' LIMIT 1
"""
_HERE = {AppointmentStatus.ARRIVED, AppointmentStatus.ROOMED}


@dataclass(frozen=True)
class OwnVisit:
    """One visit, and what the person can do about it now."""

    visit: Appointment
    clinicians: str
    is_coming: bool
    may_change: bool
    must_call: bool
    may_be_late: bool
    may_check_in: bool
    is_here: bool
    prepare: str
    medicines: str


@dataclass(frozen=True)
class Wait:
    """A place on the waitlist, with the time that is offered just now, if one is."""

    entry: WaitlistEntry
    offer: WaitlistOffer | None

    def is_offered(self, now: datetime) -> bool:
        """Whether a time is kept for them just now."""
        return self.offer is not None and self.offer.hold.expires_at > now


def coming_and_past(
    viewer: Viewer, patient: Patient, *, now: datetime
) -> tuple[list[Appointment], list[Appointment]]:
    """What is to come, soonest first, and what was, newest first. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    record_read(viewer, "own visits", [patient.pk])
    visits = Appointment.objects.filter(patient=patient).with_parts()
    coming = visits.filter(status__in=sorted(HOLDING), end_at__gt=now)
    coming = coming.exclude(status=AppointmentStatus.COMPLETED).order_by("start_at", "pk")
    found = list(coming)
    past = visits.exclude(pk__in=[visit.pk for visit in found]).order_by("-start_at", "pk")
    return found, list(past[:MOST_PAST])


def own_visit(
    viewer: Viewer, patient: Patient, visit_id: UUID, *, language: str = "en", now: datetime
) -> OwnVisit:
    """One visit of this person. Raises `NotFound` for anything else, `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    rows = Appointment.objects.filter(patient=patient).with_parts().select_related("course")
    visit = rows.filter(pk=visit_id).first()
    if visit is None:
        raise NotFound
    record_read(viewer, "own visit", [patient.pk])
    told = own_instructions(viewer, patient, now=now).get(visit.pk, "")
    return _shown(visit, language, told, now)


def waits(viewer: Viewer, patient: Patient) -> list[Wait]:
    """What they wait for. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_own_visits")
    record_read(viewer, "own waits", [patient.pk])
    if first_row(_WAITS, {"patient": patient.pk}) is None:
        return []
    is_open = WaitlistOffer.objects.filter(status=OfferStatus.OPEN).select_related("hold__site")
    rows = WaitlistEntry.objects.filter(patient=patient, status=WaitlistStatus.WAITING)
    rows = rows.select_related("site", "visit_type", "clinician")
    rows = rows.prefetch_related(Prefetch("offers", is_open, to_attr="open_offers"))
    return [Wait(row, next(iter(row.open_offers), None)) for row in rows]


def said_before(viewer: Viewer, visit: Appointment) -> Sequence[str] | None:
    """The red flags that the person said yes to when they booked this visit by themself.

    None if they did not book it in the portal. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    intent = BookingIntent.objects.filter(appointment=visit).first()
    if intent is None:
        return None
    record_read(viewer, "answers before booking", [visit.patient_id])
    return questions_named(viewer, intent.flags)


def _shown(visit: Appointment, language: str, told: str, now: datetime) -> OwnVisit:
    kind, site = visit.visit_type, visit.site
    is_coming = visit.status in MOVABLE and visit.end_at > now
    is_early = now <= visit.start_at - timedelta(hours=site.cancel_notice_hours)
    begun = now >= visit.start_at
    is_today = visit.start_at.astimezone(site.zone).date() == now.astimezone(site.zone).date()
    led = [part.resource.name for part in visit.taken if part.resource.kind == _CLINICIAN]
    is_spanish = language.startswith("es")
    return OwnVisit(
        visit=visit,
        clinicians=" · ".join(led),
        is_coming=is_coming,
        may_change=is_coming and is_early and not begun,
        must_call=is_coming and not is_early,
        may_be_late=is_coming and is_today and now < visit.start_at + _LATEST,
        may_check_in=is_coming and is_today and now >= visit.start_at - CHECK_IN_OPENS,
        is_here=visit.status in _HERE,
        prepare=kind.preparation_es if is_spanish else kind.preparation_en,
        medicines=told,
    )


_CLINICIAN = ResourceKind.CLINICIAN
_LATEST = timedelta(minutes=max(MINUTES_LATE))
