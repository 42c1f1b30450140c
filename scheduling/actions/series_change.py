"""Moving and cancelling visits of a course: one, this and later ones, or all that are to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.errors import StepRefused
from scheduling.actions.group import close_if_empty, lock_session
from scheduling.actions.openings import note_opening
from scheduling.actions.places import lock_resources, refusals
from scheduling.actions.reserve import BookingRequest, check_start
from scheduling.actions.series_notices import announce_series
from scheduling.actions.series_places import (
    Place,
    find_places,
    lock_course,
    seat_in,
    take_place,
    with_needs,
)
from scheduling.domain.courses import Scope
from scheduling.domain.local_time import wall_instant
from scheduling.domain.states import MOVABLE, TRANSITIONS, AppointmentStatus, Step
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    GroupSession,
    Reservation,
    Resource,
    ResourceKind,
)

MOST_DAYS = 60


@dataclass(frozen=True)
class SeriesChange:
    """What becomes of each visit: so many days later, at another clock time, with somebody else.

    `clock` is the site's; None keeps each visit's own. `clinician=None` keeps each visit's own,
    unless `anybody` may do it.
    """

    days: int = 0
    clock: time | None = None
    clinician: Resource | None = None
    anybody: bool = False


@action
def move_series(
    *, appointment: Appointment, scope: Scope, change: SeriesChange, by: User, now: datetime
) -> list[Appointment]:
    """Change visits of a course together, starting from one of them: all of them or none.

    Visits that have begun or passed stay. All places are given up and taken together, so a course
    may move over its own times. One message tells the new times. Raises `StepRefused` if no visit
    is left to move, `Invalid` for times that cannot be, `SeriesTaken` with alternatives,
    `NotAllowed`.
    """
    require(by, "scheduling.book")
    if abs(change.days) > MOST_DAYS:
        raise Invalid(f"Visits move by at most {MOST_DAYS} days at once.")
    lock_record(appointment.patient)
    visits = _to_come(appointment, scope, now)
    pairs = _changed(visits, change)
    for _visit, wish in pairs:
        check_start(wish, now)
    moved = _exchange(pairs, by, now)
    leave_care(appointment=moved[0], by=by, now=now)
    series = appointment.series
    assert series is not None
    announce_series(text="moved", series=series, visits=moved, by=by, now=now)
    return moved


@action
def cancel_series(
    *,
    appointment: Appointment,
    scope: Scope,
    reason: str,
    note: str = "",
    by: User,
    now: datetime,
) -> list[Appointment]:
    """Cancel visits of a course for one reason (a `CancellationReason`), and tell of it once.

    Visits that have begun or passed stay. Each cancellation can be taken back by itself. Raises
    `StepRefused` if no visit is left to cancel, `NotAllowed`.
    """
    require(by, TRANSITIONS[Step.CANCEL].permission)
    lock_record(appointment.patient)
    visits = _to_come(appointment, scope, now)
    sessions = _sessions(visits)
    taken = Reservation.objects.filter(appointment__in=visits)
    lock_resources(set(taken.values_list("resource_id", flat=True)))
    for visit in visits:
        note_opening(visit, Step.CANCEL, now)
    AppointmentEvent.objects.bulk_create(
        _event(visit, Step.CANCEL, AppointmentStatus.CANCELLED, by, now, note) for visit in visits
    )
    taken.update(is_active=False)
    for visit in visits:
        visit.status, visit.status_at = AppointmentStatus.CANCELLED, now
        visit.cancellation_reason = reason
    fields = ["status", "status_at", "cancellation_reason"]
    Appointment.objects.bulk_update(visits, fields)
    for session in sessions:
        close_if_empty(session)
    leave_care(appointment=visits[0], by=by, now=now)
    series = appointment.series
    assert series is not None
    announce_series(text="cancelled", series=series, visits=visits, by=by, now=now)
    return visits


def _to_come(appointment: Appointment, scope: Scope, now: datetime) -> list[Appointment]:
    """The visits that a change is for, held in the order of their ids. Raises `StepRefused`."""
    rows = Appointment.objects.filter(series=appointment.series_id, series__isnull=False)
    held = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    every = list(
        held.select_related("patient", "site", "visit_type", "seat").prefetch_related(
            "reservations__resource", "seat__session__reservations__resource"
        )
    )
    begin = next((visit.start_at for visit in every if visit.pk == appointment.pk), now)
    chosen = {
        Scope.ONE: lambda visit: visit.pk == appointment.pk,
        Scope.LATER: lambda visit: visit.start_at >= begin,
        Scope.ALL: lambda visit: True,
    }[scope]
    visits = [
        visit
        for visit in every
        if chosen(visit) and visit.start_at > now and AppointmentStatus(visit.status) in MOVABLE
    ]
    if not visits:
        raise StepRefused("No visit of this course is still to come there.")
    return sorted(visits, key=lambda visit: (visit.start_at, visit.pk))


def _changed(
    visits: Sequence[Appointment], change: SeriesChange
) -> list[tuple[Appointment, BookingRequest]]:
    """Each visit that really changes, with what is wished for it."""
    kind = with_needs(visits[0].visit_type)
    pairs = []
    for visit in visits:
        own = _clinician_of(visit)
        clinician = None if change.anybody else change.clinician or own
        local = visit.start_at.astimezone(visit.site.zone)
        start = wall_instant(
            local.date() + timedelta(days=change.days),
            change.clock or local.time(),
            visit.site.zone,
        )
        if start != visit.start_at or (change.clinician and change.clinician != own):
            wish = BookingRequest(visit.patient, kind, visit.site, start, clinician, visit.reason)
            pairs.append((visit, wish))
    if not pairs:
        raise Invalid("That changes nothing. Choose another day, time or clinician.")
    _refuse_overlaps([wish for _visit, wish in pairs])
    return pairs


def _refuse_overlaps(wishes: Sequence[BookingRequest]) -> None:
    """Visits of the course that would overlap each other are nobody else's fault."""
    ordered = sorted(wishes, key=lambda wish: wish.start_at)
    for wish, following in zip(ordered, ordered[1:], strict=False):
        if following.start_at < wish.end_at:
            day = wish.start_at.astimezone(wish.site.zone)
            raise Invalid(f"Two visits of this course would overlap on {day:%a %b %-d}.")


def _clinician_of(visit: Appointment) -> Resource | None:
    led = [part.resource for part in visit.taken if part.resource.kind == ResourceKind.CLINICIAN]
    return led[0] if led else None


def _exchange(
    pairs: Sequence[tuple[Appointment, BookingRequest]], by: User, now: datetime
) -> list[Appointment]:
    """Give up every place and take every new one, or none."""
    visits, wishes = [visit for visit, _wish in pairs], [wish for _visit, wish in pairs]
    lock_course(wishes, also=visits, now=now)
    sessions = _sessions(visits)
    for visit in visits:
        note_opening(visit, "move", now)
    # Not kept as inactive rows, which would come back with an undone cancellation.
    Reservation.objects.filter(appointment__in=visits, is_active=True).delete()
    places = find_places(wishes, moving=visits, now=now)
    events = [
        _event(visit, "move", visit.status, by, now, f"from {visit.start_at:%Y-%m-%dT%H:%MZ}")
        for visit in visits
    ]
    with refusals():
        _rewrite(visits, wishes, places)
    for session in sessions:
        close_if_empty(session)
    AppointmentEvent.objects.bulk_create(events)
    _bring_into_care(visits, wishes, by, now)
    return visits


def _rewrite(
    visits: Sequence[Appointment], wishes: Sequence[BookingRequest], places: Sequence[Place]
) -> None:
    """Those that go forward from the last to the first, or one would stand on the next one's time.

    The person's own constraint looks at each row as it is written.
    """
    together = list(zip(visits, wishes, places, strict=True))
    forward = wishes[0].start_at > visits[0].start_at
    for visit, wish, place in reversed(together) if forward else together:
        visit.start_at, visit.end_at = wish.start_at.astimezone(UTC), wish.end_at.astimezone(UTC)
        visit.seat = seat_in(wish, place)
        visit.save(update_fields=["start_at", "end_at", "seat"])
        take_place(visit, wish, place)


def _bring_into_care(
    visits: Sequence[Appointment], wishes: Sequence[BookingRequest], by: User, now: datetime
) -> None:
    known: set[int | None] = set()
    for visit, wish in zip(visits, wishes, strict=True):
        leader = wish.clinician.pk if wish.clinician else None
        if leader is None or leader not in known:
            known.add(leader)
            bring_into_care(appointment=visit, by=by, now=now)


def _sessions(visits: Sequence[Appointment]) -> list[GroupSession]:
    """The groups that these visits sit in, held in the order of their ids."""
    seats = {visit.seat.session_id: visit.seat for visit in visits if visit.seat}
    held = [lock_session(seats[pk]) for pk in sorted(seats)]
    return [session for session in held if session is not None]


def _event(
    visit: Appointment, step: str, to_status: str, by: User, now: datetime, note: str
) -> AppointmentEvent:
    return AppointmentEvent(
        appointment=visit,
        step=step,
        from_status=visit.status,
        to_status=to_status,
        occurred_at=now,
        by=by,
        note=note,
    )
