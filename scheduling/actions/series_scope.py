"""Which visits of a course a change is for, and what their stories say of it."""

from collections.abc import Sequence
from datetime import datetime

from clinic.accounts.models import User
from scheduling.actions.errors import StepRefused
from scheduling.actions.group import lock_session
from scheduling.domain.courses import Scope
from scheduling.domain.states import MOVABLE, AppointmentStatus
from scheduling.models import Appointment, AppointmentEvent, GroupSession


def visits_to_come(appointment: Appointment, scope: Scope, now: datetime) -> list[Appointment]:
    """The visits that a change is for, held in the order of their ids. Raises `StepRefused`."""
    rows = Appointment.objects.filter(series=appointment.series_id, series__isnull=False)
    held = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    every = list(
        held.select_related("patient", "site", "visit_type", "seat", "course").prefetch_related(
            "reservations__resource", "seat__session__reservations__resource"
        )
    )
    begin = next((visit.start_at for visit in every if visit.pk == appointment.pk), now)
    visits = [
        visit
        for visit in every
        if scope == Scope.ALL
        or visit.pk == appointment.pk
        or (scope == Scope.LATER and visit.start_at >= begin)
    ]
    visits = [v for v in visits if v.start_at > now and AppointmentStatus(v.status) in MOVABLE]
    if not visits:
        raise StepRefused("No visit of this course is still to come there.")
    return sorted(visits, key=lambda visit: (visit.start_at, visit.pk))


def lock_sessions(visits: Sequence[Appointment]) -> list[GroupSession]:
    """The groups that these visits sit in, held in the order of their ids."""
    seats = {visit.seat.session_id: visit.seat for visit in visits if visit.seat}
    held = [lock_session(seats[pk]) for pk in sorted(seats)]
    return [session for session in held if session is not None]


def story_of(
    visit: Appointment, step: str, to_status: str, by: User, now: datetime, note: str
) -> AppointmentEvent:
    """What happened to a visit, to be written before the visit itself changes."""
    return AppointmentEvent(
        appointment=visit,
        step=step,
        from_status=visit.status,
        to_status=to_status,
        occurred_at=now,
        by=by,
        note=note,
    )
