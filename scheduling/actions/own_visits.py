"""What people do about their own visits and waits in the portal."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid, NotFound
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.queries import own_record
from scheduling.actions.errors import StepRefused
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.offers import accept_offer, decline_offer
from scheduling.actions.own_booking import Stopped
from scheduling.actions.steps import arrive_by_link, take_step_unasked
from scheduling.actions.visit_answers import TooLate, may_change
from scheduling.actions.waitlist import (
    AlreadyWaiting,
    Wish,
    check_wish,
    columns_of,
    end_wait,
)
from scheduling.domain.own_booking import MINUTES_LATE
from scheduling.domain.states import MOVABLE, Step
from scheduling.models import (
    Appointment,
    Resource,
    Site,
    VisitType,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)
from scheduling.queries.own_booking import MAY_BOOK, sites_for
from scheduling.queries.own_visits import own_visit
from treatments.facts.urgent import has_emergency

BY_THEMSELF = "by the person, online"
_TOO_LATE = gettext_noop("It is too late to change this visit here. Please call us.")
_CHANGED = gettext_noop("This visit has changed. Please look at it again.")


@action
def move_own(
    *,
    patient: Patient,
    visit_id: UUID,
    start_at: datetime,
    clinician_id: int | None,
    by: User,
    now: datetime,
) -> Appointment:
    """Another time for a visit. Limits, rules and the clinic's notice hold.

    Raises `TooLate`, `Stopped`, `NotFound`, `NotAllowed`, and as `move_appointment` does.
    """
    mine = _enter(patient, by, now)
    if has_emergency(mine.pk):
        raise Stopped
    visit = own_visit(by, mine, visit_id, now=now).visit
    _refuse_late(visit, now)
    clinician = None
    if clinician_id is not None:
        clinician = Resource.objects.filter(pk=clinician_id, site=visit.site).first()
        if clinician is None:
            raise Invalid(gettext_noop("This person does not see people for this. Choose again."))
    if start_at == visit.start_at:
        return visit
    to = NewPlace(visit.site, start_at, clinician)
    return move_appointment(appointment=visit, to=to, check=_to_come, by=None, now=now)


@action
def cancel_own(
    *, patient: Patient, visit_id: UUID, reason: str, by: User, now: datetime
) -> Appointment:
    """They do not come. One that is cancelled already stays so.

    Raises `TooLate`, `StepRefused`, `NotFound`, `NotAllowed`.
    """
    mine = _enter(patient, by, now)
    visit = own_visit(by, mine, visit_id, now=now).visit
    if visit.status == "cancelled":
        return visit
    _refuse_late(visit, now)
    return take_step_unasked(
        appointment=visit,
        step=Step.CANCEL,
        check=_to_come,
        note=BY_THEMSELF,
        cancellation_reason=reason or "patient",
        by=None,
        now=now,
    )


@action
def say_late(
    *, patient: Patient, visit_id: UUID, minutes: int, by: User, now: datetime
) -> Appointment:
    """They will be about so late today; 0 takes it back. The board shows it.

    Raises `Invalid`, `StepRefused` for a visit that is not today or has begun, `NotFound`,
    `NotAllowed`.
    """
    mine = _enter(patient, by, now)
    if minutes not in {0, *MINUTES_LATE}:
        raise Invalid(gettext_noop("Choose one of the times."))
    shown = own_visit(by, mine, visit_id, now=now)
    if not shown.may_be_late:
        raise StepRefused(gettext_noop("This visit is not today, or it has begun."))
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    current = rows.select_related("site", "visit_type").get(pk=shown.visit.pk)
    current.late_minutes = minutes or None
    current.save(update_fields=["late_minutes"])
    return current


@action
def arrive_own(*, patient: Patient, visit_id: UUID, by: User, now: datetime) -> Appointment:
    """They are here. Raises `StepRefused` before or after the hour of it, `NotFound`."""
    mine = _enter(patient, by, now)
    shown = own_visit(by, mine, visit_id, now=now)
    if not shown.may_check_in and not shown.is_here:
        raise StepRefused(
            gettext_noop("This visit cannot be checked in by phone. Please ask the desk.")
        )
    return arrive_by_link(appointment=shown.visit, by=None, now=now)


@action
def wait_for_own(
    *, patient: Patient, visit_type: VisitType, site: Site, wish: Wish, by: User, now: datetime
) -> WaitlistEntry:
    """Get on the waitlist. Raises `AlreadyWaiting`, `Invalid`, `Stopped`, `NotAllowed`."""
    mine = _enter(patient, by, now)
    if has_emergency(mine.pk):
        raise Stopped
    if visit_type.capacity > 1 or site not in sites_for(by, visit_type):
        raise Invalid(gettext_noop("There is no waitlist for this visit. Please call us."))
    check_wish(wish, now.astimezone(site.zone).date(), first=None)
    with constraint_errors({"waits_once_for_a_visit_type": AlreadyWaiting}):
        return WaitlistEntry.objects.create(
            patient=mine,
            visit_type=visit_type,
            site=site,
            created_by=by,
            created_at=now,
            **columns_of(wish, visit_type),
        )


@action
def leave_own_wait(*, patient: Patient, entry_id: UUID, by: User, now: datetime) -> WaitlistEntry:
    """Wait no more; a time that is offered goes to the next in line. Left twice, it is left.

    Raises `NotFound`, `NotAllowed`.
    """
    mine = _enter(patient, by, now)
    entry = (
        WaitlistEntry.objects.select_related("patient").filter(patient=mine, pk=entry_id).first()
    )
    if entry is None:
        raise NotFound
    if entry.status != WaitlistStatus.WAITING:
        return entry
    return end_wait(entry, by=by, now=now)


@action
def answer_own_offer(
    *, patient: Patient, offer_id: UUID, says_yes: bool, by: User, now: datetime
) -> Appointment | None:
    """Yes or no to a time that is offered; the visit that came of a yes.

    Raises `OfferOver`, `Stopped`, `NotFound`, `NotAllowed`, and as `accept_offer` does.
    """
    mine = _enter(patient, by, now)
    rows = WaitlistOffer.objects.select_related("hold__patient", "entry")
    offer = rows.filter(pk=offer_id, hold__patient=mine).first()
    if offer is None:
        raise NotFound
    if not says_yes:
        decline_offer(offer=offer, by=None, now=now)
        return None
    if has_emergency(mine.pk):
        raise Stopped
    return accept_offer(offer=offer, by=None, now=now)


def _enter(patient: Patient, by: User, now: datetime) -> Patient:
    """The person, if the one who signed in may act for them; their row is held."""
    require(by, MAY_BOOK)
    mine = own_record(by, patient.pk, now=now)
    lock_record(mine)
    return mine


def _refuse_late(visit: Appointment, now: datetime) -> None:
    if visit.status in MOVABLE and not may_change(visit, now=now):
        raise TooLate(_TOO_LATE)


def _to_come(current: Appointment) -> None:
    if current.status not in MOVABLE:
        raise Conflict(_CHANGED)
