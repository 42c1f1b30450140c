"""Moving a visit to another time, clinician or site."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.actions.standing import lock_record
from scheduling.actions.book import (
    MAX_CHOICES,
    BookingRequest,
    alternatives,
    check_start,
)
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.errors import SlotTaken, StepRefused
from scheduling.actions.notices import announce
from scheduling.actions.places import Owner, lock_places, refusals, take_places
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import Appointment, AppointmentEvent, Reservation, Resource, Site
from scheduling.queries.availability import fitting_resources


@dataclass(frozen=True)
class NewPlace:
    """Where a visit is to go. `clinician=None` means anybody who may do it."""

    site: Site
    start_at: datetime
    clinician: Resource | None = None


@action
def move_appointment(
    *, appointment: Appointment, to: NewPlace, by: User, now: datetime
) -> Appointment:
    """Give a visit another time, and everything it needs then; tell the patient once.

    The old place is given up only together with taking the new one: whatever refuses, the visit
    stands where it stood. It may overlap its own old place. Raises `StepRefused` for a visit that
    has begun or ended, else as `book_appointment` does.
    """
    require(by, "scheduling.book")
    request = BookingRequest(
        patient=appointment.patient,
        visit_type=appointment.visit_type,
        site=to.site,
        start_at=to.start_at,
        clinician=to.clinician,
        reason=appointment.reason,
    )
    check_start(request, now)
    # The order of booking: the person, then resources by id, so that writers never wait in a ring.
    lock_record(appointment.patient)
    current = _movable(appointment)
    for _choice in range(MAX_CHOICES):
        chosen = fitting_resources(
            by,
            visit_type=request.visit_type,
            site=request.site,
            start_at=request.start_at,
            clinician=request.clinician,
            moving=current.pk,
            now=now,
        )
        if chosen is None:
            break
        try:
            moved = _exchange(current, request, chosen, by, now)
        except SlotTaken:
            # Somebody took a room between choosing and locking it; an equal one may be free.
            current = _movable(appointment)
            continue
        bring_into_care(appointment=moved, by=by, now=now)
        leave_care(appointment=moved, by=by, now=now)
        announce(kind=MessageKind.APPOINTMENT_MOVED, appointment=moved, by=by, now=now)
        return moved
    raise SlotTaken(
        "That time is not free. The visit stays where it is.",
        alternatives=alternatives(request, by, now, moving=current.pk),
    )


def _movable(appointment: Appointment) -> Appointment:
    """The visit as it stands, held. Raises `StepRefused` if it has begun or ended."""
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("patient", "site", "visit_type").get(pk=appointment.pk)
    if AppointmentStatus(current.status) not in MOVABLE:
        raise StepRefused("Only a visit that has not begun can be moved.")
    return current


@transaction.atomic
def _exchange(
    current: Appointment,
    request: BookingRequest,
    chosen: dict[int, list[int]],
    by: User,
    now: datetime,
) -> Appointment:
    """Lock both places, give up the old one and take the new one, or neither."""
    old = Reservation.objects.filter(appointment=current, is_active=True)
    lock_places(chosen, also=old.values_list("resource_id", flat=True), now=now)
    former = current.start_at
    current.site, current.start_at = request.site, request.start_at.astimezone(UTC)
    length = timedelta(minutes=request.visit_type.duration_minutes)
    current.end_at = current.start_at + length
    with refusals():
        # Not kept as inactive rows, which would come back with an undone cancellation.
        old.delete()
        current.save(update_fields=["site", "start_at", "end_at"])
        take_places(Owner(appointment=current), current.visit_type, current.start_at, chosen)
    AppointmentEvent.objects.create(
        appointment=current,
        step="move",
        from_status=current.status,
        to_status=current.status,
        occurred_at=now,
        by=by,
        note=f"from {former:%Y-%m-%dT%H:%MZ}",
    )
    return current
