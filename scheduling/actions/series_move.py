"""Moving visits of a course: one, this and later ones, or all that are to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.group import close_if_empty
from scheduling.actions.limits import ask_rules_about_moves, file_verdicts
from scheduling.actions.openings import note_opening
from scheduling.actions.places import refusals
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
from scheduling.actions.series_scope import lock_sessions, story_of, visits_to_come
from scheduling.domain.courses import Scope
from scheduling.domain.local_time import instants_shown
from scheduling.models import Appointment, AppointmentEvent, Reservation, Resource, ResourceKind

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
    *,
    appointment: Appointment,
    scope: Scope,
    change: SeriesChange,
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    by: User,
    now: datetime,
) -> list[Appointment]:
    """Change visits of a course together, starting from one of them: all of them or none.

    Visits that have begun or passed stay. All places are given up and taken together, so a course
    may move over its own times. One message tells the new times. Raises `StepRefused` if no visit
    is left to move, `Invalid` for times that cannot be, `SeriesTaken` with alternatives,
    `NotAllowedByRules` unless `override_reason` says why they go on, `NotAllowed`.
    """
    require(by, "scheduling.book")
    if abs(change.days) > MOST_DAYS:
        raise Invalid(f"Visits move by at most {MOST_DAYS} days at once.")
    lock_record(appointment.patient)
    visits = visits_to_come(appointment, scope, now)
    pairs = [
        (visit, replace(wish, override_reason=override_reason, seen=seen))
        for visit, wish in _changed(visits, change)
    ]
    for _visit, wish in pairs:
        check_start(wish, now)
    verdicts = ask_rules_about_moves(pairs, by=by, now=now)
    moved = _exchange(pairs, by, now)
    file_verdicts(zip(moved, verdicts, strict=True), is_new=False, by=by, now=now)
    leave_care(appointment=moved[0], by=by, now=now)
    series = appointment.series
    assert series is not None
    announce_series(text="moved", series=series, visits=moved, by=by, now=now)
    return moved


def _changed(
    visits: Sequence[Appointment], change: SeriesChange
) -> list[tuple[Appointment, BookingRequest]]:
    """Each visit that really changes, with what is wished for it."""
    kind = with_needs(visits[0].visit_type)
    pairs = []
    for visit in visits:
        own = _clinician_of(visit)
        _refuse_elsewhere(visit, change.clinician)
        clinician = None if change.anybody else change.clinician or own
        start = _start_of(visit, change)
        if start != visit.start_at or (change.clinician and change.clinician != own):
            wish = BookingRequest(
                visit.patient,
                kind,
                visit.site,
                start,
                clinician,
                visit.reason,
                visit.course,
                region=visit.region,
            )
            pairs.append((visit, wish))
    if not pairs:
        raise Invalid("That changes nothing. Choose another day, time or clinician.")
    _refuse_overlaps([wish for _visit, wish in pairs])
    return pairs


def _refuse_elsewhere(visit: Appointment, clinician: Resource | None) -> None:
    """One visit of a course may have been moved to a site where somebody else works."""
    if clinician is not None and clinician.site_id != visit.site_id:
        day = visit.start_at.astimezone(visit.site.zone)
        raise Invalid(
            f"The visit on {day:%a %b %-d} is at {visit.site}, and {clinician} is not. "
            "Move that visit by itself."
        )


def _start_of(visit: Appointment, change: SeriesChange) -> datetime:
    """When the visit is to begin. Raises `Invalid` if the clock shows that hour never, or twice."""
    zone = visit.site.zone
    local = visit.start_at.astimezone(zone)
    if not change.days and change.clock in (None, local.time()):
        return visit.start_at
    day, clock = local.date() + timedelta(days=change.days), change.clock or local.time()
    shown = instants_shown(day, clock, zone)
    if len(shown) == 1:
        return shown[0]
    skips = "twice" if shown else "not at all"
    raise Invalid(
        f"The clocks change on {day:%A, %B} {day.day}: they show {clock:%-I:%M %p} {skips}. "
        "Choose another hour, or move that visit by itself. Nothing was changed."
    )


def _refuse_overlaps(wishes: Sequence[BookingRequest]) -> None:
    """Visits of the course that would overlap each other are nobody else's fault."""
    ordered = sorted(wishes, key=lambda wish: wish.start_at)
    for wish, following in pairwise(ordered):
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
    sessions = lock_sessions(visits)
    for visit in visits:
        note_opening(visit, "move", now)
    # Not kept as inactive rows, which would come back with an undone cancellation.
    Reservation.objects.filter(appointment__in=visits, is_active=True).delete()
    for session in sessions:
        close_if_empty(session, leaving=visits, now=now)
    places = find_places(wishes, moving=visits, now=now)
    events = [
        story_of(visit, "move", visit.status, by, now, f"from {visit.start_at:%Y-%m-%dT%H:%MZ}")
        for visit in visits
    ]
    with refusals():
        _rewrite(visits, wishes, places)
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
        seat = visit.seat = seat_in(wish, place)
        visit.start_at = wish.start_at.astimezone(UTC)
        visit.end_at = (seat.session.end_at if seat else wish.end_at).astimezone(UTC)
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
