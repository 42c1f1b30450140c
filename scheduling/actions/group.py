"""Seats in groups: joining one that is not full, or opening a new one."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from clinic.accounts.models import THE_CLINIC
from scheduling.actions.errors import PlaceGone, SlotTaken
from scheduling.actions.places import (
    Chosen,
    Owner,
    lock_resources,
    make_room,
    refusals,
    refuse_overbooked,
    take_places,
)
from scheduling.domain.states import HOLDING
from scheduling.models import (
    Appointment,
    GroupSeat,
    GroupSession,
    Hold,
    Reservation,
    Site,
    VisitType,
)
from scheduling.queries.standing import why_fallen

if TYPE_CHECKING:
    from scheduling.actions.reserve import BookingRequest


def free_seat(
    request: "BookingRequest", leaving: GroupSeat | None = None, *, now: datetime
) -> GroupSeat | None:
    """A seat in a group of this kind that begins at the wished time; None if there is none.

    Nobody joins a group whose clinician or room will not be there. The groups are held until the
    transaction ends, so that none of them closes meanwhile; the one of a seat that somebody is
    `leaving` with them, in one order for all writers. A group in which nobody is yet, and that
    somebody decides about, is opened for both: the first of them keeps a seat of it.
    """
    if request.visit_type.capacity == 1:
        return None
    return _seat_in_a_group(request, leaving, now) or _seat_beside_a_hold(request, now)


def _seat_in_a_group(
    request: "BookingRequest", leaving: GroupSeat | None, now: datetime
) -> GroupSeat | None:
    sessions = GroupSession.objects.filter(
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at,
        is_active=True,
    )
    if request.clinician is not None:
        led = Reservation.objects.filter(resource=request.clinician, group__isnull=False)
        sessions = sessions.filter(pk__in=led.values("group"))
    if request.using is not None:
        there = Reservation.objects.filter(resource=request.using, group__isnull=False)
        sessions = sessions.filter(pk__in=there.values("group"))
    left = GroupSession.objects.filter(pk__in=[leaving.session_id] if leaving else [])
    both = (sessions | left).select_for_update(no_key=True).order_by("pk")
    # What the groups are is read once more, now that they cannot change.
    held = sessions.filter(pk__in=[session.pk for session in both]).order_by("pk")
    held = held.select_related("visit_type", "site")
    standing = (session for session in held if not _why_fallen(session, now))
    seats = (_seat(session, request.visit_type, now) for session in standing)
    return next((seat for seat in seats if seat is not None), None)


def _seat_beside_a_hold(request: "BookingRequest", now: datetime) -> GroupSeat | None:
    """A seat in a group that is held whole, because nobody had asked for it before."""
    held = Hold.objects.alive(now).filter(
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at,
        seat__isnull=True,
    )
    for resource in (request.clinician, request.using):
        if resource is not None:
            own = Reservation.objects.filter(resource=resource, hold__isnull=False)
            held = held.filter(pk__in=own.values("hold"))
    found = list(held.order_by("pk"))
    opened = (_open_for_hold(hold, request.visit_type, now) for hold in found)
    session = next((session for session in opened if session is not None), None)
    if session is not None:
        return _seat(session, request.visit_type, now)
    # Whoever was quicker has opened it while this writer queued up.
    return _seat_in_a_group(request, None, now) if found else None


def _open_for_hold(hold: Hold, visit_type: VisitType, now: datetime) -> GroupSession | None:
    """Open the group on the places that one hold keeps, which keeps its first seat from now on.

    None if it cannot take place, or if the hold was booked or let go meanwhile.
    """
    kept = Reservation.objects.filter(hold=hold)
    lock_resources(set(kept.values_list("resource_id", flat=True)))
    rows = Hold.objects.alive(now).select_for_update(of=("self",), no_key=True)
    current = rows.select_related("site").filter(pk=hold.pk, seat__isnull=True).first()
    places = list(kept.select_related("resource"))
    if current is None or not places:
        return None
    if why_fallen(THE_CLINIC, visit_type=visit_type, site=current.site, places=places, now=now):
        return None
    chosen = {
        need.pk: sorted({p.resource_id for p in places if p.resource.kind == need.kind})
        for need in visit_type.needs.all()
    }
    if any(len(chosen[need.pk]) < need.count for need in visit_type.needs.all()):
        return None
    during = (current.start_at, current.end_at)
    try:
        with transaction.atomic():
            kept.delete()
            current.seat = _open_at(visit_type, current.site, during, chosen)
            current.save(update_fields=["seat"])
    except SlotTaken:
        # A visit of this kind takes more now than was kept when it was held.
        return None
    session: GroupSession = current.seat.session
    return session


def _why_fallen(session: GroupSession, now: datetime) -> str:
    places = list(Reservation.objects.filter(group=session))
    return why_fallen(
        THE_CLINIC,
        visit_type=session.visit_type,
        site=session.site,
        places=places,
        now=now,
    )


def _seat(session: GroupSession, visit_type: VisitType, now: datetime) -> GroupSeat | None:
    """The first free seat of a group that the caller has locked; None if it is full.

    It is full when as many are in it as its kind of visit has places now, whatever it had when it
    was opened: a larger capacity adds a seat, a smaller one sends nobody away. Who holds a seat is
    in it until the hold runs out.
    """
    inside = Appointment.objects.filter(seat__session=session, status__in=HOLDING)
    held = Hold.objects.alive(now).filter(seat__session=session)
    taken = {*inside.values_list("seat", flat=True), *held.values_list("seat", flat=True)}
    if len(taken) >= visit_type.capacity:
        return None
    seats = list(GroupSeat.objects.filter(session=session).order_by("number"))
    free = [seat for seat in seats if seat.pk not in taken]
    seat = free[0] if free else None
    if seat is None:
        number = max((other.number for other in seats), default=0) + 1
        seat = GroupSeat.objects.create(session=session, number=number)
    seat.session = session
    return seat


def open_session(request: "BookingRequest", chosen: Chosen) -> GroupSeat:
    """A new group on the chosen resources, which the caller has locked; its first seat.

    Raises `SlotTaken`.
    """
    during = (request.start_at.astimezone(UTC), request.end_at.astimezone(UTC))
    return _open_at(request.visit_type, request.site, during, chosen)


def _open_at(
    visit_type: VisitType, site: Site, during: tuple[datetime, datetime], chosen: Chosen
) -> GroupSeat:
    start_at, end_at = during
    session = GroupSession.objects.create(
        visit_type=visit_type, site=site, start_at=start_at, end_at=end_at
    )
    with refusals():
        take_places(Owner(group=session), visit_type, start_at, chosen)
    seats = [
        GroupSeat(session=session, number=number) for number in range(1, visit_type.capacity + 1)
    ]
    return GroupSeat.objects.bulk_create(seats)[0]


def lock_session(seat: GroupSeat | None) -> GroupSession | None:
    """The group of a seat, held until the transaction ends: who joins or leaves it queues up."""
    if seat is None:
        return None
    return GroupSession.objects.select_for_update(no_key=True).get(pk=seat.session_id)


def close_if_empty(
    session: GroupSession, leaving: Collection[Appointment] = (), *, now: datetime
) -> bool:
    """Give back what a group takes up once nobody is in it; whether that was so.

    Visits that are `leaving` do not count, although their rows still say that they are there. A
    seat that is held keeps the group until it is let go or cleared away.
    """
    if Hold.objects.alive(now).filter(seat__session=session).exists():
        return False
    inside = Appointment.objects.filter(seat__session=session, status__in=HOLDING)
    if inside.exclude(pk__in=[visit.pk for visit in leaving]).exists():
        return False
    Reservation.objects.filter(group=session).update(is_active=False)
    session.is_active = False
    session.save(update_fields=["is_active"])
    return True


def seat_to_return_to(seat: GroupSeat, now: datetime) -> GroupSeat:
    """The same seat if nobody has it, else any other of the group, which the caller has locked.

    Raises `SlotTaken` if all are taken, `PlaceGone` if the group cannot take place any more.
    """
    session = GroupSession.objects.select_related("visit_type", "site").get(pk=seat.session_id)
    fallen = _why_fallen(session, now) if session.end_at > now else ""
    if fallen:
        raise PlaceGone(f"{fallen} The visit stays as it is.")
    other = _seat(session, session.visit_type, now)
    if other is None:
        raise SlotTaken("The group is full now.")
    own = Appointment.objects.filter(seat=seat, status__in=HOLDING)
    is_held = Hold.objects.alive(now).filter(seat=seat).exists()
    return other if is_held or own.exists() else seat


def refuse_fallen_group(seat: GroupSeat, now: datetime) -> None:
    """Raises `PlaceGone` if the group of a seat that was held cannot take place any more."""
    session = GroupSession.objects.select_related("visit_type", "site").get(pk=seat.session_id)
    fallen = (
        "The group does not take place." if not session.is_active else _why_fallen(session, now)
    )
    if fallen:
        raise PlaceGone(f"{fallen} Nothing was booked. Let the time go and choose another.")


def reopen(session: GroupSession, now: datetime) -> None:
    """Take a group's places again for somebody who comes back. Raises `SlotTaken`."""
    rows = Reservation.objects.filter(group=session)
    make_room(set(rows.values_list("resource_id", flat=True)), now)
    refuse_overbooked(list(rows))
    with refusals():
        rows.update(is_active=True)
    session.is_active = True
    session.save(update_fields=["is_active"])
