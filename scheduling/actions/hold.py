"""Keeping a time for somebody while they decide."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.db import transaction

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care
from scheduling.actions.errors import PatientBusy, PlaceGone, SlotTaken
from scheduling.actions.group import (
    close_if_empty,
    free_seat,
    lock_session,
    open_session,
    refuse_fallen_group,
)
from scheduling.actions.leaving import end_waiting, leave_line
from scheduling.actions.limits import ask_rules, file_verdicts
from scheduling.actions.notices import announce
from scheduling.actions.openings import note_freed
from scheduling.actions.places import (
    Chosen,
    Owner,
    lock_places,
    lock_resources,
    refusals,
    take_places,
)
from scheduling.actions.reserve import (
    MAX_CHOICES,
    BookingRequest,
    alternatives,
    check_offered,
    check_start,
    choose,
    write_visit,
)
from scheduling.domain.states import HOLDING
from scheduling.models import Appointment, GroupSeat, Hold, HoldStatus, Reservation
from scheduling.queries.standing import why_fallen

USUAL_HOLD = timedelta(minutes=10)
LONGEST_HOLD = timedelta(hours=24)


class HoldGone(Conflict):
    """The hold ran out, was let go, or was booked already."""

    code = "hold_gone"
    title = "Not held any more"
    default_sentence = "This time is not held any more. Nothing was booked."


@action
def place_hold(
    *,
    request: BookingRequest,
    lasting: timedelta = USUAL_HOLD,
    moving: Appointment | None = None,
    by: User | None,
    now: datetime,
) -> Hold:
    """Take everything a visit would need until `now + lasting`, so that nobody else can.

    `by` is None when the clinic offers by itself; `moving` is the visit that would come there. In
    a group that is there it takes a seat; a group that is not there yet is held whole, until
    somebody else wants a seat in it (`scheduling.actions.group.free_seat`).
    Raises `Invalid`, `NotAllowed`, `NotAllowedByRules`, `PatientBusy` if the person has another
    visit or another time held then, and `SlotTaken` with alternatives.
    """
    if by is not None:
        require(by, "scheduling.book")
    if not timedelta() < lasting <= LONGEST_HOLD:
        raise Invalid("A time can be held for at most 24 hours.")
    check_start(request, now)
    if moving is None:
        check_offered(request.visit_type)
    lock_record(request.patient)
    _refuse_two_places(request, moving, now)
    # Nobody is asked to keep a time that they could not book.
    ask_rules(request, moving=moving, by=by, now=now)
    # Once it has begun, it is no time to come to any more.
    until = min(now + lasting, request.start_at)
    seat = free_seat(request, now=now)
    if seat is not None:
        return _write(request, until, by, seat)
    for _choice in range(MAX_CHOICES):
        chosen = choose(request, by, now)
        if chosen is None:
            break
        try:
            return _take(request, chosen, until, by, now)
        except SlotTaken:
            continue
    raise SlotTaken(
        "That time is not free any more. Nothing is held.",
        alternatives=alternatives(request, by, now),
    )


def _refuse_two_places(request: BookingRequest, moving: Appointment | None, now: datetime) -> None:
    """A person comes to one place: what is held elsewhere for them is kept from others in vain."""
    then = {"patient": request.patient, "start_at__lt": request.end_at}
    then["end_at__gt"] = request.start_at
    visits = Appointment.objects.filter(**then, status__in=HOLDING)
    if moving is not None:
        visits = visits.exclude(pk=moving.pk)
    if visits.exists():
        raise PatientBusy("This person already has a visit at that time. Nothing is held.")
    if Hold.objects.filter(**then, status=HoldStatus.HELD, expires_at__gt=now).exists():
        raise PatientBusy(
            "Another time is held for this person then. Book it or let it go first; "
            "nothing more is held."
        )


@transaction.atomic
def _take(
    request: BookingRequest, chosen: Chosen, until: datetime, by: User | None, now: datetime
) -> Hold:
    lock_places(chosen, now=now)
    hold = _write(request, until, by)
    with refusals():
        take_places(Owner(hold=hold), request.visit_type, hold.start_at, chosen)
    return hold


def _write(
    request: BookingRequest, until: datetime, by: User | None, seat: GroupSeat | None = None
) -> Hold:
    return Hold.objects.create(
        patient=request.patient,
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at.astimezone(UTC),
        end_at=(seat.session.end_at if seat else request.end_at).astimezone(UTC),
        expires_at=until,
        region=request.said_region,
        seat=seat,
        held_by=by,
    )


@action
def book_hold(
    *,
    hold: Hold,
    reason: str = "",
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    region: str = "",
    by: User | None,
    now: datetime,
) -> Appointment:
    """Turn a hold into a visit on the very places it kept, and write the confirmation.

    `by` is None when the person accepts through a link. The rules are asked again: what was said
    to them when it was held is to be said here; a `region` that was said then need not. Raises
    `HoldGone`, `PatientBusy`, `NotAllowed`,
    `NotAllowedByRules`; `PlaceGone` if what was held is away or out of use since, or the visit is
    not offered any more: the hold stays then until it runs out or is let go.
    """
    if by is not None:
        require(by, "scheduling.book")
    lock_record(hold.patient)
    current, chosen = take_hold(hold, now)
    if not current.visit_type.is_active:
        raise PlaceGone(f"{current.visit_type} is not offered any more. Nothing was booked.")
    request = BookingRequest(
        current.patient,
        current.visit_type,
        current.site,
        current.start_at,
        reason=reason,
        override_reason=override_reason,
        seen=seen,
        region=region or current.region,
    )
    verdict = ask_rules(request, by=by, now=now)
    leaving = leave_line([request], hold=current, by=by, now=now)
    with refusals():
        seat = current.seat
        if seat is None and request.visit_type.capacity > 1:
            seat = open_session(request, chosen)
        appointment = write_visit(request, by=by, now=now, seat=seat)
        if seat is None:
            owner = Owner(appointment=appointment)
            take_places(owner, request.visit_type, request.start_at, chosen)
    mark_booked(current, appointment)
    file_verdicts([(appointment, verdict)], by=by, now=now)
    end_waiting(leaving, appointment, now=now)
    bring_into_care(appointment=appointment, by=by, now=now)
    kind = MessageKind.APPOINTMENT_BOOKED
    announce(kind=kind, appointment=appointment, is_first=True, by=by, now=now)
    return appointment


def take_hold(
    hold: Hold, now: datetime, *, also: Collection[int] = (), to_let_go: bool = False
) -> tuple[Hold, Chosen]:
    """The hold as it stands, its places locked and given up for whoever takes them now.

    The caller has locked the patient's record, and writes a visit there in the same transaction.
    `also` are other resources to lock, in one go with these. Raises `HoldGone`, and `PlaceGone` if
    hours, leave or abilities have changed since, unless it is only `to_let_go`.
    """
    if hold.seat_id is not None:
        lock_session(hold.seat)
        lock_resources(also)
        current = _alive(hold, now)
        if not to_let_go and current.seat is not None:
            refuse_fallen_group(current.seat, now)
        return current, {}
    kept = Reservation.objects.filter(hold=hold)
    lock_resources({*kept.values_list("resource_id", flat=True), *also})
    current = _alive(hold, now)
    if current.seat_id is not None:
        # Somebody joined the group meanwhile: what was held whole is a seat in it now.
        return take_hold(current, now, also=also, to_let_go=to_let_go)
    by_kind: dict[str, list[int]] = {}
    for kind, resource_id in kept.values_list("resource__kind", "resource_id").distinct():
        by_kind.setdefault(kind, []).append(resource_id)
    needs = current.visit_type.needs.all()
    chosen = {need.pk: by_kind.get(need.kind, []) for need in needs}
    # By a clock that is ahead of `now` it ran out, and somebody has taken a place of it already.
    if any(len(chosen[need.pk]) < need.count for need in needs):
        raise HoldGone
    if not to_let_go:
        _refuse_fallen(current, list(kept), now)
    kept.delete()
    return current, chosen


def _refuse_fallen(hold: Hold, kept: list[Reservation], now: datetime) -> None:
    fallen = why_fallen(
        THE_CLINIC, visit_type=hold.visit_type, site=hold.site, places=kept, now=now
    )
    if fallen:
        raise PlaceGone(f"{fallen} Nothing was booked. Let the time go and choose another.")


def mark_booked(hold: Hold, appointment: Appointment) -> None:
    """Write down which visit came of the hold."""
    hold.status, hold.appointment = HoldStatus.BOOKED, appointment
    hold.save(update_fields=["status", "appointment"])


@action
def release_hold(*, hold: Hold, by: User | None, now: datetime) -> Hold:
    """Let a time go before its hold runs out. Raises `HoldGone`, `NotAllowed`."""
    if by is not None:
        require(by, "scheduling.book")
    note_freed(hold, now)
    current, _chosen = take_hold(hold, now, to_let_go=True)
    current.status = HoldStatus.RELEASED
    current.save(update_fields=["status"])
    _close_group(current, now)
    return current


def _close_group(hold: Hold, now: datetime) -> None:
    """Nobody may be left in the group in which a seat was held."""
    session = lock_session(hold.seat)
    if session is not None and session.is_active:
        close_if_empty(session, now=now)


def _alive(hold: Hold, now: datetime) -> Hold:
    rows = Hold.objects.select_for_update(of=("self",), no_key=True)
    parts = rows.select_related("patient", "site", "visit_type", "seat__session")
    current = parts.get(pk=hold.pk)
    if current.status != HoldStatus.HELD or current.expires_at <= now:
        raise HoldGone
    return current


@action
def expire_holds(*, by: User | None, now: datetime, limit: int = 200) -> list[Hold]:
    """Clear away holds that ran out; those that somebody is just booking are left to them.

    They stopped counting when they ran out: this makes it visible, and asks who waits for such a
    time. What was offered to somebody ends with its offer (`scheduling.actions.offers`).
    """
    late = Hold.objects.filter(status=HoldStatus.HELD, expires_at__lte=now, offer__isnull=True)
    rows = list(
        late.order_by("pk").select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit]
    )
    for hold in rows:
        note_freed(hold, now)
    Reservation.objects.filter(hold__in=rows).delete()
    Hold.objects.filter(pk__in=[hold.pk for hold in rows]).update(status=HoldStatus.EXPIRED)
    for hold in rows:
        _close_group(hold, now)
    return rows
