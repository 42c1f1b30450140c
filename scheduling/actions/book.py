"""Booking a visit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.care import bring_into_care
from scheduling.actions.errors import SlotTaken
from scheduling.actions.notices import announce
from scheduling.actions.places import lock_places, refusals, take_places
from scheduling.domain.slots import Slot
from scheduling.domain.states import AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Resource,
    Site,
    VisitType,
)
from scheduling.queries.availability import SlotSearch, fitting_resources, free_slots

# Between choosing a room and locking it, somebody may take it; then another equal one is chosen.
MAX_CHOICES = 5
ALTERNATIVES = 5


@dataclass(frozen=True)
class BookingRequest:
    """What somebody wants booked. `clinician=None` means anybody who may do it."""

    patient: Patient
    visit_type: VisitType
    site: Site
    start_at: datetime
    clinician: Resource | None = None
    reason: str = ""


@action
def book_appointment(*, request: BookingRequest, by: User, now: datetime) -> Appointment:
    """Book the visit with everything it needs, and write its confirmation.

    Raises `Invalid` for a start that no visit of this kind could have, `SlotTaken` (with
    alternatives) if clinician, room or machine are not free, `PatientBusy` if the person is
    elsewhere, `NotAllowed` without the permission. Nothing is left behind then.
    """
    require(by, "scheduling.book")
    check_start(request, now)
    # Always in this order: patient, then resources by id. So writers queue up and never deadlock.
    lock_record(request.patient)
    # Read once: choosing asks for them, and so does writing.
    prefetch_related_objects([request.visit_type], "needs")
    for _choice in range(MAX_CHOICES):
        chosen = fitting_resources(
            by,
            visit_type=request.visit_type,
            site=request.site,
            start_at=request.start_at,
            clinician=request.clinician,
            now=now,
        )
        if chosen is None:
            break
        try:
            appointment = _reserve(request, chosen, by, now)
        except SlotTaken:
            continue
        bring_into_care(appointment=appointment, by=by, now=now)
        kind = MessageKind.APPOINTMENT_BOOKED
        announce(kind=kind, appointment=appointment, is_first=True, by=by, now=now)
        return appointment
    raise SlotTaken(alternatives=alternatives(request, by, now))


def check_start(request: BookingRequest, now: datetime) -> None:
    """Raises `Invalid` for a start that no visit of this kind could have, in words."""
    kind, start = request.visit_type, request.start_at
    if start.tzinfo is None:
        raise Invalid("The start has no time zone.")
    local = start.astimezone(request.site.zone)
    if start < now + timedelta(minutes=kind.notice_minutes):
        if start < now:
            raise Invalid(f"{local:%d %b %Y, %H:%M} has already passed.")
        raise Invalid(f"{kind.name} needs {kind.notice_minutes} minutes' notice.")
    if start > now + timedelta(days=kind.horizon_days):
        raise Invalid(f"{kind.name} can be booked at most {kind.horizon_days} days ahead.")
    if local.second or local.microsecond or local.minute % kind.alignment_minutes:
        raise Invalid(
            f"{kind.name} starts every {kind.alignment_minutes} minutes, not at {local:%H:%M:%S}."
        )


@transaction.atomic
def _reserve(
    request: BookingRequest, chosen: dict[int, list[int]], by: User, now: datetime
) -> Appointment:
    """Lock what was chosen, then write; the constraints have the last word."""
    lock_places(chosen, now=now)
    start_at = request.start_at.astimezone(UTC)
    with refusals():
        appointment = Appointment.objects.create(
            patient=request.patient,
            visit_type=request.visit_type,
            site=request.site,
            start_at=start_at,
            end_at=start_at + timedelta(minutes=request.visit_type.duration_minutes),
            status=AppointmentStatus.BOOKED,
            status_at=now,
            reason=request.reason,
            booked_by=by,
        )
        take_places(appointment, chosen)
    AppointmentEvent.objects.create(
        appointment=appointment, step="book", to_status=appointment.status, occurred_at=now, by=by
    )
    return appointment


def alternatives(
    request: BookingRequest, by: User, now: datetime, moving: UUID | None = None
) -> list[Slot]:
    """The next times that fit, by anybody: from a little before the wish to two weeks later."""
    search = SlotSearch(
        visit_type=request.visit_type,
        sites=[request.site],
        earliest=max(now, request.start_at - timedelta(hours=2)),
        latest=request.start_at + timedelta(days=14),
        patient_id=request.patient.pk,
        moving=moving,
        limit=ALTERNATIVES,
    )
    return free_slots(by, search, now=now)
