"""Booking a visit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.care import bring_into_care
from scheduling.actions.errors import PatientBusy, SlotTaken
from scheduling.actions.notices import announce
from scheduling.domain.slots import Slot
from scheduling.domain.states import AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Reservation,
    ReservationKind,
    Resource,
    ResourceNeed,
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
        announce(kind=MessageKind.APPOINTMENT_BOOKED, appointment=appointment, by=by, now=now)
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
    resource_ids = sorted({pk for ids in chosen.values() for pk in ids})
    lock_resources(resource_ids)
    Reservation.objects.filter(resource__in=resource_ids, expires_at__lte=now).delete()
    meanings = {"patient_is_in_one_place": PatientBusy, "resource_is_taken_once": SlotTaken}
    with constraint_errors(meanings):
        length = timedelta(minutes=request.visit_type.duration_minutes)
        appointment = Appointment.objects.create(
            patient=request.patient,
            visit_type=request.visit_type,
            site=request.site,
            start_at=request.start_at.astimezone(UTC),
            end_at=request.start_at.astimezone(UTC) + length,
            status=AppointmentStatus.BOOKED,
            status_at=now,
            reason=request.reason,
            booked_by=by,
        )
        Reservation.objects.bulk_create(
            reservation
            for need in request.visit_type.needs.all()
            for resource_id in chosen[need.pk]
            for reservation in reservations_for(appointment, need, resource_id)
        )
    AppointmentEvent.objects.create(
        appointment=appointment, step="book", to_status=appointment.status, occurred_at=now, by=by
    )
    return appointment


def lock_resources(resource_ids: list[int]) -> None:
    """Take the rows of these resources, in the order of their ids, until the transaction ends."""
    rows = Resource.objects.filter(pk__in=resource_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def reservations_for(
    appointment: Appointment, need: ResourceNeed, resource_id: int
) -> list[Reservation]:
    """The visit's own time on one resource, and the buffers around it as rows of their own."""
    begin = appointment.start_at + timedelta(minutes=need.offset_minutes)
    end = appointment.end_at
    if need.duration_minutes is not None:
        end = begin + timedelta(minutes=need.duration_minutes)
    before = begin - timedelta(minutes=need.buffer_before_minutes)
    after = end + timedelta(minutes=need.buffer_after_minutes)
    spans = [
        (before, begin, ReservationKind.BUFFER),
        (begin, end, ReservationKind.APPOINTMENT),
        (end, after, ReservationKind.BUFFER),
    ]
    return [
        Reservation(
            resource_id=resource_id,
            during=DateTimeTZRange(lower, upper, "[)"),
            kind=kind,
            appointment=appointment,
        )
        for lower, upper, kind in spans
        if lower < upper
    ]


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
