"""Booking over what is taken, on purpose: with a permission, and a reason that stays."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.models import MessageKind
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from scheduling.actions.care import bring_into_care
from scheduling.actions.leaving import end_waiting, leave_line
from scheduling.actions.limits import ask_rules, file_verdicts
from scheduling.actions.notices import announce
from scheduling.actions.places import Owner, make_room, refusals, take_places
from scheduling.actions.reserve import BookingRequest, check_offered, check_start, write_visit
from scheduling.models import Appointment
from scheduling.queries.conflicts import Wish, conflicts

SHORTEST_REASON = 5


class CannotBeFilled(Conflict):
    """Nothing at the site could serve the visit, free or not."""

    code = "cannot_be_filled"
    title = "Not possible here"


@action
def overbook_appointment(
    *, request: BookingRequest, reason: str, by: User, now: datetime
) -> Appointment:
    """Book a visit although something is in its way; what is there stays where it is.

    Only resources that something else takes then are booked outside the constraint; the others stay
    under it. The person still cannot be in two places. Raises `Invalid` without a reason,
    `NotAllowed`, `PatientBusy`, and `CannotBeFilled` where no reason helps.
    """
    require(by, "scheduling.book")
    require(by, "scheduling.overbook")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why this visit must be booked over the others.")
    if request.visit_type.capacity > 1:
        raise Invalid("A group is full when its seats are. Make its capacity larger instead.")
    check_offered(request.visit_type)
    check_start(request, now, needs_notice=False, by=by)
    lock_record(request.patient)
    verdict = ask_rules(request, by=by, now=now)
    leaving = leave_line([request], by=by, now=now)
    make_room(_wish(request, by, now).considered, now)
    # Looked at again, now that nobody else can change it.
    wish = _wish(request, by, now)
    if wish.missing:
        raise CannotBeFilled(f"There is none here: {', '.join(wish.missing)}.")
    over = {obstacle.resource.pk for obstacle in wish.obstacles if obstacle.kind != "closed"}
    with refusals():
        appointment = write_visit(
            request,
            by=by,
            now=now,
            overbooking_reason=reason.strip() if wish.obstacles else "",
        )
        take_places(
            Owner(appointment=appointment),
            request.visit_type,
            appointment.start_at,
            wish.chosen,
            over=over,
        )
    file_verdicts([(appointment, verdict)], by=by, now=now)
    end_waiting(leaving, appointment, now=now)
    bring_into_care(appointment=appointment, by=by, now=now)
    kind = MessageKind.APPOINTMENT_BOOKED
    announce(kind=kind, appointment=appointment, is_first=True, by=by, now=now)
    return appointment


def _wish(request: BookingRequest, by: User, now: datetime) -> Wish:
    return conflicts(
        by,
        visit_type=request.visit_type,
        site=request.site,
        start_at=request.start_at,
        end_at=request.end_at,
        clinician=request.clinician,
        now=now,
    )
