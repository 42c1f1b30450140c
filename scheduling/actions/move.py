"""Moving a visit to another time, clinician or site."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.errors import SlotTaken, StepRefused
from scheduling.actions.group import close_if_empty, free_seat, lock_session, open_session
from scheduling.actions.hold import mark_booked, take_hold
from scheduling.actions.leaving import end_waiting, leave_line
from scheduling.actions.limits import ask_rules, file_verdicts
from scheduling.actions.notices import announce
from scheduling.actions.openings import note_opening
from scheduling.actions.places import Chosen, Owner, lock_places, refusals, take_places
from scheduling.actions.reserve import (
    MAX_CHOICES,
    BookingRequest,
    alternatives,
    check_start,
    choose,
)
from scheduling.actions.unchanged import Check
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    GroupSeat,
    Hold,
    Reservation,
    Resource,
    Site,
)


@dataclass(frozen=True)
class NewPlace:
    """Where a visit is to go. `clinician=None` means anybody who may do it."""

    site: Site
    start_at: datetime
    clinician: Resource | None = None


@action
def move_appointment(
    *,
    appointment: Appointment,
    to: NewPlace,
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    check: Check | None = None,
    by: User | None,
    now: datetime,
) -> Appointment:
    """Give a visit another time, and everything it needs then; tell the patient once.

    The old place is given up only together with taking the new one: whatever refuses, the visit
    stands where it stood. It may overlap its own old place. `check` looks at the visit under its
    lock, and refuses by raising. `by` is None for the person themself, who answers by a link.
    Raises `StepRefused` for a visit that has begun or ended, else as `book_appointment` does.
    """
    if by is not None:
        require(by, "scheduling.book")
    request = BookingRequest(
        patient=appointment.patient,
        visit_type=appointment.visit_type,
        site=to.site,
        start_at=to.start_at,
        clinician=to.clinician,
        reason=appointment.reason,
        region=appointment.region,
        course=appointment.course,
        override_reason=override_reason,
        seen=seen,
    )
    check_start(request, now, by=by)
    # The order of booking: the person, then resources by id, so that writers never wait in a ring.
    lock_record(appointment.patient)
    current = _movable(appointment)
    if check is not None:
        check(current)
    verdict = ask_rules(request, moving=current, by=by, now=now)
    leaving = leave_line([request], moving=[current], by=by, now=now)
    for _choice in range(MAX_CHOICES):
        try:
            moved = _try(current, request, by, now)
        except SlotTaken:
            # Somebody took a room between choosing and locking it; an equal one may be free.
            current = _movable(appointment)
            continue
        if moved is None:
            break
        file_verdicts([(moved, verdict)], is_new=False, by=by, now=now)
        end_waiting(leaving, moved, now=now)
        _follow_up(moved, by, now)
        return moved
    raise SlotTaken(
        "That time is not free. The visit stays where it is.",
        alternatives=alternatives(request, by, now, moving=current.pk),
    )


@action
def move_to_hold(
    *, appointment: Appointment, hold: Hold, by: User | None, now: datetime
) -> Appointment:
    """Bring a visit to the time that a hold kept for it; `by` is None for the person themself.

    Raises `HoldGone`, `PlaceGone`, `StepRefused` for a visit that has begun, `Invalid` if it was
    held for another person or kind of visit, `NotAllowed`.
    """
    if by is not None:
        require(by, "scheduling.book")
    lock_record(appointment.patient)
    current = _movable(appointment)
    if (hold.patient_id, hold.visit_type_id) != (current.patient_id, current.visit_type_id):
        raise Invalid("That time is held for somebody else, or for another kind of visit.")
    # All places at once, old and new, so that nobody waits in a ring.
    kept, chosen = take_hold(hold, now, also=_resources_of(current))
    request = BookingRequest(
        current.patient,
        current.visit_type,
        kept.site,
        kept.start_at,
        reason=current.reason,
        region=current.region,
        course=current.course,
    )
    verdict = ask_rules(request, moving=current, by=by, now=now)
    leaving = leave_line([request], hold=kept, by=by, now=now)
    moved = _exchange(current, request, chosen, kept.seat, by, now)
    mark_booked(kept, moved)
    file_verdicts([(moved, verdict)], is_new=False, by=by, now=now)
    end_waiting(leaving, moved, now=now)
    _follow_up(moved, by, now)
    return moved


def _follow_up(moved: Appointment, by: User | None, now: datetime) -> None:
    bring_into_care(appointment=moved, by=by, now=now)
    leave_care(appointment=moved, by=by, now=now)
    announce(kind=MessageKind.APPOINTMENT_MOVED, appointment=moved, by=by, now=now)


def _movable(appointment: Appointment) -> Appointment:
    """The visit as it stands, held. Raises `StepRefused` if it has begun or ended."""
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("patient", "site", "visit_type", "seat", "course").get(
        pk=appointment.pk
    )
    if AppointmentStatus(current.status) not in MOVABLE:
        raise StepRefused("Only a visit that has not begun can be moved.")
    return current


def _resources_of(appointment: Appointment) -> set[int]:
    rows = appointment.places().filter(is_active=True)
    return set(rows.values_list("resource_id", flat=True))


def _try(
    current: Appointment, request: BookingRequest, by: User | None, now: datetime
) -> Appointment | None:
    """One attempt: a seat in a group, or a choice of resources; None if nothing fits."""
    seat = free_seat(request, leaving=current.seat, now=now)
    if seat is not None:
        return _exchange(current, request, {}, seat, by, now)
    chosen = choose(request, by, now, moving=current.pk)
    if chosen is None:
        return None
    return _exchange(current, request, chosen, None, by, now)


@transaction.atomic
def _exchange(
    current: Appointment,
    request: BookingRequest,
    chosen: Chosen,
    seat: GroupSeat | None,
    by: User | None,
    now: datetime,
) -> Appointment:
    """Lock both places, give up the old one and take the new one, or neither."""
    old = Reservation.objects.filter(appointment=current, is_active=True)
    left = lock_session(current.seat)
    lock_places(chosen, also=_resources_of(current), now=now)
    note_opening(current, "move", now)
    former = current.start_at
    current.site, current.start_at = request.site, request.start_at.astimezone(UTC)
    with refusals():
        # Not kept as inactive rows, which would come back with an undone cancellation.
        old.delete()
        if left is not None and seat is None:
            # A new group may need the very places of the one that is left.
            close_if_empty(left, leaving=[current], now=now)
        if request.visit_type.capacity > 1:
            seat = seat or open_session(request, chosen)
        current.seat = seat
        current.end_at = (seat.session.end_at if seat else request.end_at).astimezone(UTC)
        # Late for the old time says nothing about the new one.
        current.late_minutes = None
        current.save(update_fields=["site", "start_at", "end_at", "seat", "late_minutes"])
        if seat is None:
            owner = Owner(appointment=current)
            take_places(owner, current.visit_type, current.start_at, chosen)
    if left is not None:
        close_if_empty(left, now=now)
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
