"""Seats in groups: joining one that is not full, or opening a new one."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduling.actions.errors import SlotTaken
from scheduling.actions.places import (
    Chosen,
    Owner,
    make_room,
    refusals,
    refuse_overbooked,
    take_places,
)
from scheduling.domain.states import HOLDING
from scheduling.models import Appointment, GroupSeat, GroupSession, Reservation

if TYPE_CHECKING:
    from scheduling.actions.reserve import BookingRequest


def free_seat(request: "BookingRequest", leaving: GroupSeat | None = None) -> GroupSeat | None:
    """A seat in a group of this kind that begins at the wished time; None if there is none.

    The groups are held until the transaction ends, so that none of them closes meanwhile; the one
    of a seat that somebody is `leaving` with them, in one order for all writers.
    """
    if request.visit_type.capacity == 1:
        return None
    sessions = GroupSession.objects.filter(
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at,
        is_active=True,
    )
    if request.clinician is not None:
        led = Reservation.objects.filter(resource=request.clinician, group__isnull=False)
        sessions = sessions.filter(pk__in=led.values("group"))
    left = GroupSession.objects.filter(pk__in=[leaving.session_id] if leaving else [])
    both = (sessions | left).select_for_update(no_key=True).order_by("pk")
    # What the groups are is read once more, now that they cannot change.
    held = sessions.filter(pk__in=[session.pk for session in both])
    taken = Appointment.objects.filter(seat__session__in=held, status__in=HOLDING)
    seats = GroupSeat.objects.filter(session__in=held).exclude(pk__in=taken.values("seat"))
    return seats.select_related("session").order_by("session", "number").first()


def open_session(request: "BookingRequest", chosen: Chosen) -> GroupSeat:
    """A new group on the chosen resources, which the caller has locked; its first seat.

    Raises `SlotTaken`.
    """
    start_at = request.start_at.astimezone(UTC)
    session = GroupSession.objects.create(
        visit_type=request.visit_type,
        site=request.site,
        start_at=start_at,
        end_at=request.end_at.astimezone(UTC),
    )
    with refusals():
        take_places(Owner(group=session), request.visit_type, start_at, chosen)
    seats = [
        GroupSeat(session=session, number=number)
        for number in range(1, request.visit_type.capacity + 1)
    ]
    return GroupSeat.objects.bulk_create(seats)[0]


def lock_session(seat: GroupSeat | None) -> GroupSession | None:
    """The group of a seat, held until the transaction ends: who joins or leaves it queues up."""
    if seat is None:
        return None
    return GroupSession.objects.select_for_update(no_key=True).get(pk=seat.session_id)


def close_if_empty(session: GroupSession, leaving: Collection[Appointment] = ()) -> bool:
    """Give back what a group takes up once nobody is in it; whether that was so.

    Visits that are `leaving` do not count, although their rows still say that they are there.
    """
    inside = Appointment.objects.filter(seat__session=session, status__in=HOLDING)
    if inside.exclude(pk__in=[visit.pk for visit in leaving]).exists():
        return False
    Reservation.objects.filter(group=session).update(is_active=False)
    session.is_active = False
    session.save(update_fields=["is_active"])
    return True


def seat_to_return_to(seat: GroupSeat) -> GroupSeat:
    """The same seat if nobody has it, else any other of the group, which the caller has locked.

    Raises `SlotTaken` if all are taken.
    """
    taken = Appointment.objects.filter(seat__session=seat.session_id, status__in=HOLDING)
    seats = GroupSeat.objects.filter(session=seat.session_id).exclude(pk__in=taken.values("seat"))
    free = sorted(seats, key=lambda other: (other.pk != seat.pk, other.number))
    if not free:
        raise SlotTaken("The group is full now.")
    return free[0]


def reopen(session: GroupSession, now: datetime) -> None:
    """Take a group's places again for somebody who comes back. Raises `SlotTaken`."""
    rows = Reservation.objects.filter(group=session)
    make_room(set(rows.values_list("resource_id", flat=True)), now)
    refuse_overbooked(list(rows))
    with refusals():
        rows.update(is_active=True)
    session.is_active = True
    session.save(update_fields=["is_active"])
