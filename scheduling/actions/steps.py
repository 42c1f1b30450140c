"""Moving an appointment through its states."""

from datetime import datetime

from django.utils.translation import gettext

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.actions import withdraw_messages
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care, leave_care
from scheduling.actions.course_visits import count_in_course, settle_follow_ups
from scheduling.actions.errors import StepRefused
from scheduling.actions.group import close_if_empty, lock_session, reopen, seat_to_return_to
from scheduling.actions.limits import (
    check_may_go_on,
    check_return,
    has_rules,
    keep_findings_true,
    look_on_arrival,
)
from scheduling.actions.missed_notices import announce_missed
from scheduling.actions.notices import announce
from scheduling.actions.openings import note_opening
from scheduling.actions.places import make_room, refusals
from scheduling.actions.returning import refuse_newcomers
from scheduling.actions.tickets import give_ticket, take_ticket_back
from scheduling.actions.unchanged import Check
from scheduling.domain.states import (
    HOLDING,
    STATUS_WORDS,
    TRANSITIONS,
    UNDO_PERMISSION,
    AppointmentStatus,
    Step,
    is_time_for,
)
from scheduling.models import Appointment, AppointmentEvent, GroupSession, Reservation


@action
def take_step(
    *,
    appointment: Appointment,
    step: Step,
    by: User,
    now: datetime,
    note: str = "",
    cancellation_reason: str = "",
    check: Check | None = None,
) -> Appointment:
    """Do `step` to the appointment, as the table of transitions allows.

    A cancellation may say why, in a `CancellationReason` and a note. `check` looks at the visit as
    it stands while nobody else can change it, and refuses by raising. Raises `StepRefused` with
    where the appointment stands or when it is, `NotAllowedByRules` if a rule stops the person
    before the room or the treatment, `NotAllowed` without the permission.
    """
    if step == Step.UNDO:
        return undo_step(appointment=appointment, check=check, by=by, now=now)
    row = TRANSITIONS[step]
    require(by, row.permission)
    current = _locked(appointment)
    if check is not None:
        check(current)
    _check_step(current, step, by, now)
    if step in {Step.CANCEL, Step.NO_SHOW}:
        note_opening(current, step, now)
    if step == Step.CANCEL:
        current.cancellation_reason = cancellation_reason
    _change(current, step, row.target, by=by, now=now, note=note)
    if step == Step.ARRIVE and current.booked_by_id != by.pk:
        bring_into_care(appointment=current, by=by, now=now)
    _tell_after(current, step, by=by, now=now)
    return current


@action
def undo_step(
    *, appointment: Appointment, check: Check | None = None, by: User, now: datetime
) -> Appointment:
    """Take the last step back; a cancelled visit takes its place again, if it is still free.

    `check` looks at the visit under its lock, and refuses by raising. Raises `StepRefused` if there
    is nothing to take back, `NotAllowedByRules` if a limit was reached since, `SlotTaken` or
    `PatientBusy` if the place has been given away, `NotAllowed` without the permission.
    """
    require(by, UNDO_PERMISSION)
    # What else is booked for the person counts, so nobody may book for them meanwhile.
    lock_record(appointment.patient)
    current = _locked(appointment)
    if check is not None:
        check(current)
    last = _last_step(current)
    if last is None:
        raise StepRefused("There is no step to take back.")
    current.cancellation_reason = ""
    target = AppointmentStatus(last.from_status)
    if target in HOLDING and AppointmentStatus(current.status) not in HOLDING:
        check_return(current, now=now)
    _change(current, Step.UNDO, target, by=by, now=now)
    if last.to_status == AppointmentStatus.CANCELLED:
        bring_into_care(appointment=current, by=by, now=now)
        announce(kind=MessageKind.APPOINTMENT_BOOKED, appointment=current, by=by, now=now)
    elif last.to_status == AppointmentStatus.NO_SHOW:
        # They came after all: nobody is told that they were missed.
        withdraw_messages(about=f"appointment:{current.pk}", by=by, now=now)
    return current


@action
def arrive_by_link(*, appointment: Appointment, by: None, now: datetime) -> Appointment:
    """The person says that they are here, by the secret in a link. Nobody is signed in.

    Who is here already stays so. Whoever booked the visit does not come into the care team by it,
    or a link to oneself would be a key to every chart. Raises `StepRefused` for a visit that is not
    today, or that has begun or ended.
    """
    current = _locked(appointment)
    status = AppointmentStatus(current.status)
    if status == AppointmentStatus.ARRIVED:
        return current
    is_today = is_time_for(Step.ARRIVE, current.start_at, current.site.zone, now)
    if not is_today or status not in TRANSITIONS[Step.ARRIVE].sources:
        raise StepRefused(gettext("This visit cannot be checked in by phone. Please ask the desk."))
    _change(current, Step.ARRIVE, AppointmentStatus.ARRIVED, by=by, now=now)
    bring_into_care(appointment=current, by=current.booked_by, now=now)
    return current


@action
def take_step_unasked(
    *,
    appointment: Appointment,
    step: Step,
    check: Check,
    note: str = "",
    cancellation_reason: str = "",
    by: None,
    now: datetime,
) -> Appointment:
    """What a person answers by a link or a text message, or what the clinic does by itself.

    Nobody is signed in, so nobody's permission is asked: the caller knows by what right. Comes,
    does not come, or has not come; `check` looks at the visit under its lock, and refuses by
    raising. Raises `StepRefused` for any other step, and as `take_step` does.
    """
    row = TRANSITIONS[step]
    current = _locked(appointment)
    check(current)
    if step not in {Step.CONFIRM, Step.CANCEL, Step.NO_SHOW} or current.status not in row.sources:
        raise StepRefused(gettext("This is not possible any more. Please call us."))
    _check_hour(current, step, now)
    if step in {Step.CANCEL, Step.NO_SHOW}:
        note_opening(current, step, now)
    if step == Step.CANCEL:
        current.cancellation_reason = cancellation_reason
    _change(current, step, row.target, by=by, now=now, note=note)
    _tell_after(current, step, by=by, now=now)
    return current


def _tell_after(current: Appointment, step: Step, *, by: User | None, now: datetime) -> None:
    if step == Step.CANCEL:
        leave_care(appointment=current, by=by, now=now)
        announce(kind=MessageKind.APPOINTMENT_CANCELLED, appointment=current, by=by, now=now)
    elif step == Step.NO_SHOW:
        announce_missed(appointment=current, by=by, now=now)


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    parts = ("patient", "site", "visit_type", "seat", "course")
    return rows.select_related(*parts).get(pk=appointment.pk)


def _check_step(current: Appointment, step: Step, by: User, now: datetime) -> None:
    """Whether the step leads on from where the visit stands, at this hour, in spite of no rule."""
    row = TRANSITIONS[step]
    if AppointmentStatus(current.status) not in row.sources:
        raise StepRefused(
            f"“{row.label}” is not possible: this visit stands at “{_word(current.status)}”."
        )
    _check_hour(current, step, now)
    if step in {Step.ROOM, Step.START}:
        check_may_go_on(current, by=by, now=now)


def _check_hour(current: Appointment, step: Step, now: datetime) -> None:
    zone = current.site.zone
    if is_time_for(step, current.start_at, zone, now):
        return
    local = current.start_at.astimezone(zone)
    when = f"{local:%A, %B} {local.day}, at {local:%-I:%M %p}"
    if step == Step.ARRIVE:
        verb = "is" if now < current.start_at else "was"
        raise StepRefused(f"This visit {verb} on {when}. People arrive on the day of their visit.")
    raise StepRefused(f"This visit is on {when}. Nobody has missed it before it has begun.")


def _last_step(appointment: Appointment) -> AppointmentEvent | None:
    """The newest step that has not been taken back: each undo cancels one step before it."""
    undone = 0
    for event in appointment.events.order_by("-id"):
        if event.step == "book":
            return None
        if event.step in {"move", "assign"}:
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
    by: User | None,
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
    changes_hands = (source in HOLDING) != (target in HOLDING)
    session = lock_session(appointment.seat)
    if changes_hands and session is None:
        _take_or_free(appointment, active=target in HOLDING, now=now)
    elif changes_hands and session is not None and target in HOLDING:
        _sit_down_again(appointment, session, now)
    with refusals():
        appointment.save(update_fields=["status", "status_at", "cancellation_reason", "seat"])
    if changes_hands and session is not None and target not in HOLDING:
        close_if_empty(session, now=now)
    count_in_course(appointment, source, by=by, now=now)
    settle_follow_ups(appointment, source, by=by, now=now)
    if changes_hands and has_rules(appointment):
        keep_findings_true(appointment, stands=target in HOLDING, now=now)
    if step == Step.ARRIVE:
        look_on_arrival(appointment, by=by, now=now)
        give_ticket(appointment=appointment, by=by, now=now)
    elif source == AppointmentStatus.ARRIVED and step == Step.UNDO:
        take_ticket_back(appointment=appointment, by=by, now=now)


def _sit_down_again(appointment: Appointment, session: GroupSession, now: datetime) -> None:
    if not session.is_active:
        reopen(session, now)
    if appointment.seat is not None:
        appointment.seat = seat_to_return_to(appointment.seat, now)


def _take_or_free(appointment: Appointment, *, active: bool, now: datetime) -> None:
    reservations = Reservation.objects.filter(appointment=appointment)
    make_room(set(reservations.values_list("resource_id", flat=True)), now)
    if active:
        refuse_newcomers(appointment, list(reservations), now)
    with refusals():
        reservations.update(is_active=active)


def _word(status: str) -> str:
    return STATUS_WORDS[AppointmentStatus(status)]
