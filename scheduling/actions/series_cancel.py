"""Cancelling visits of a course: one, this and later ones, or all that are to come."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.actions.standing import lock_record
from scheduling.actions.care import leave_care
from scheduling.actions.group import close_if_empty
from scheduling.actions.openings import note_opening
from scheduling.actions.places import lock_resources
from scheduling.actions.series_notices import announce_series
from scheduling.actions.series_scope import lock_sessions, story_of, visits_to_come
from scheduling.domain.courses import Scope
from scheduling.domain.states import TRANSITIONS, AppointmentStatus, Step
from scheduling.models import Appointment, AppointmentEvent, Reservation


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
    visits = visits_to_come(appointment, scope, now)
    sessions = lock_sessions(visits)
    taken = Reservation.objects.filter(appointment__in=visits)
    lock_resources(set(taken.values_list("resource_id", flat=True)))
    for visit in visits:
        note_opening(visit, Step.CANCEL, now)
    AppointmentEvent.objects.bulk_create(
        story_of(visit, Step.CANCEL, AppointmentStatus.CANCELLED, by, now, note) for visit in visits
    )
    taken.update(is_active=False)
    for visit in visits:
        visit.status, visit.status_at = AppointmentStatus.CANCELLED, now
        visit.cancellation_reason = reason
    fields = ["status", "status_at", "cancellation_reason"]
    Appointment.objects.bulk_update(visits, fields)
    for session in sessions:
        close_if_empty(session, now=now)
    leave_care(appointment=visits[0], by=by, now=now)
    series = appointment.series
    assert series is not None
    announce_series(text="cancelled", series=series, visits=visits, by=by, now=now)
    return visits
