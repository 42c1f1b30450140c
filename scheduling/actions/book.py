"""Booking a visit, and seeing somebody who just walked in."""

from datetime import datetime, timedelta
from functools import partial

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.errors import SlotTaken
from scheduling.actions.leaving import end_waiting, leave_line
from scheduling.actions.limits import ask_rules, file_verdicts
from scheduling.actions.notices import announce
from scheduling.actions.reserve import (
    BookingRequest,
    alternatives,
    check_offered,
    check_site,
    check_start,
    reserve_visit,
)
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, Resource, Site, VisitType

__all__ = ["BookingRequest", "book_appointment", "walk_in"]

# Somebody who walks in begins on the visit type's grid, unless it is coarser than this, in minutes.
COARSEST_GRID = 15


@action
def book_appointment(*, request: BookingRequest, by: User | None, now: datetime) -> Appointment:
    """Book the visit with everything it needs, and write its confirmation.

    Who waited for such a visit leaves the waitlist by it (`scheduling.actions.leaving`). `by` is
    None for the person themself, who answers by a link. Raises `Invalid` for a start that no visit
    of this kind could have, `SlotTaken` (with alternatives) if clinician, room or machine are not
    free, `PatientBusy` if the person is elsewhere, `NotAllowedByRules` if a limit or safety rule
    stops it, `NotAllowed` without the permission. Nothing is left behind then.
    """
    if by is not None:
        require(by, "scheduling.book")
    check_offered(request.visit_type)
    check_start(request, now, by=by)
    # Always in this order: patient, then resources by id. So writers queue up and never deadlock.
    lock_record(request.patient)
    verdict = ask_rules(request, by=by, now=now)
    leaving = leave_line([request], by=by, now=now)
    kind = MessageKind.APPOINTMENT_BOOKED
    confirm = partial(announce, kind=kind, is_first=True, by=by, now=now)
    try:
        appointment = reserve_visit(request, by=by, now=now, tell=confirm)
    except SlotTaken as taken:
        raise SlotTaken(alternatives=alternatives(request, by, now)) from taken
    file_verdicts([(appointment, verdict)], by=by, now=now)
    end_waiting(leaving, appointment, now=now)
    return appointment


@action
def walk_in(
    *,
    patient: Patient,
    visit_type: VisitType,
    site: Site,
    clinician: Resource | None = None,
    reason: str = "",
    override_reason: str = "",
    seen: frozenset[str] = frozenset(),
    region: str = "",
    by: User,
    now: datetime,
) -> Appointment:
    """Somebody stands at the desk: a visit that begins now, and they have arrived.

    It begins at the last step of the visit type's grid, or of five minutes where that is coarser
    than a quarter of an hour: then it might be over already. Groups begin when they begin. No
    confirmation is written: they are here. Raises as `book_appointment` does.
    """
    require(by, "scheduling.book")
    check_site(site)
    check_offered(visit_type)
    is_coarse = visit_type.alignment_minutes > COARSEST_GRID and visit_type.capacity == 1
    grid = 5 if is_coarse else visit_type.alignment_minutes
    local = now.astimezone(site.zone)
    since = timedelta(
        minutes=local.minute % grid, seconds=local.second, microseconds=local.microsecond
    )
    request = BookingRequest(
        patient,
        visit_type,
        site,
        now - since,
        clinician,
        reason,
        override_reason=override_reason,
        seen=seen,
        region=region,
    )
    lock_record(patient)
    verdict = ask_rules(request, by=by, now=now)
    leaving = leave_line([request], by=by, now=now)
    try:
        appointment = reserve_visit(request, by=by, now=now)
    except SlotTaken as taken:
        raise SlotTaken(
            "Nobody with a room is free right now.", alternatives=alternatives(request, by, now)
        ) from taken
    file_verdicts([(appointment, verdict)], by=by, now=now)
    end_waiting(leaving, appointment, now=now)
    return take_step(appointment=appointment, step=Step.ARRIVE, by=by, now=now)
