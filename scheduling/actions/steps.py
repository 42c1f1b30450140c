"""Moving an appointment through its states."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.errors import PatientBusy, SlotTaken, StepRefused
from scheduling.actions.notices import announce
from scheduling.actions.places import lock_resources
from scheduling.domain.states import (
    HOLDING,
    TRANSITIONS,
    UNDO_PERMISSION,
    AppointmentStatus,
    Step,
)
from scheduling.models import Appointment, AppointmentEvent, Reservation


@action
def take_step(
    *, appointment: Appointment, step: Step, by: User, now: datetime, note: str = ""
) -> Appointment:
    """Do `step` to the appointment, as the table of transitions allows.

    Raises `StepRefused` with where the appointment stands, `NotAllowed` without the permission.
    """
    if step == Step.UNDO:
        return undo_step(appointment=appointment, by=by, now=now)
    row = TRANSITIONS[step]
    require(by, row.permission)
    current = _locked(appointment)
    if AppointmentStatus(current.status) not in row.sources:
        raise StepRefused(
            f"“{row.label}” is not possible: this visit is already {_word(current.status)}."
        )
    _change(current, step, row.target, by=by, now=now, note=note)
    if step == Step.ARRIVE and current.booked_by_id != by.pk:
        bring_into_care(appointment=current, by=by, now=now)
    if step == Step.CANCEL:
        leave_care(appointment=current, by=by, now=now)
        announce(kind=MessageKind.APPOINTMENT_CANCELLED, appointment=current, by=by, now=now)
    return current


@action
def undo_step(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Take the last step back; a cancelled visit takes its place again, if it is still free.

    Raises `StepRefused` if there is nothing to take back, `SlotTaken` or `PatientBusy` if the
    place has been given away, `NotAllowed` without the permission.
    """
    require(by, UNDO_PERMISSION)
    current = _locked(appointment)
    last = _last_step(current)
    if last is None:
        raise StepRefused("There is no step to take back.")
    _change(current, Step.UNDO, AppointmentStatus(last.from_status), by=by, now=now)
    if last.to_status == AppointmentStatus.CANCELLED:
        bring_into_care(appointment=current, by=by, now=now)
        announce(kind=MessageKind.APPOINTMENT_BOOKED, appointment=current, by=by, now=now)
    return current


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient", "site", "visit_type").get(pk=appointment.pk)


def _last_step(appointment: Appointment) -> AppointmentEvent | None:
    """The newest step that has not been taken back: each undo cancels one step before it."""
    undone = 0
    for event in appointment.events.order_by("-id"):
        if event.step == "book":
            return None
        if event.step == "move":
            continue
        if event.step == Step.UNDO:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return event
    return None


def _change(
    appointment: Appointment,
    step: Step,
    target: AppointmentStatus,
    *,
    by: User,
    now: datetime,
    note: str = "",
) -> None:
    source = AppointmentStatus(appointment.status)
    AppointmentEvent.objects.create(
        appointment=appointment,
        step=step,
        from_status=source,
        to_status=target,
        occurred_at=now,
        by=by,
        note=note,
    )
    appointment.status, appointment.status_at = target, now
    if (source in HOLDING) != (target in HOLDING):
        _take_or_free(appointment, active=target in HOLDING)
    with constraint_errors({"patient_is_in_one_place": PatientBusy}):
        appointment.save(update_fields=["status", "status_at"])


def _take_or_free(appointment: Appointment, *, active: bool) -> None:
    reservations = Reservation.objects.filter(appointment=appointment)
    lock_resources(sorted(set(reservations.values_list("resource_id", flat=True))))
    with constraint_errors({"resource_is_taken_once": SlotTaken}):
        reservations.update(is_active=active)


def _word(status: str) -> str:
    return AppointmentStatus(status).value.replace("_", " ")
