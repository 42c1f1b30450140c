"""A time offered to somebody who waits: really held, answered once, then asked of the next.

Everything that changes an offer locks in this order: the record of the person whom the time is held
for, their visit (if one is brought forward), the resources by id, the hold, and last the rows of
offer and entry. So an answer, an expiry and a booking never wait for each other in a ring, and of
an answer and an expiry at the same moment exactly one finds the offer open.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from scheduling.actions.errors import PatientBusy, PlaceGone
from scheduling.actions.hold import HoldGone, book_hold, place_hold
from scheduling.actions.move import move_to_hold
from scheduling.actions.notices import announce_offer
from scheduling.actions.offer_ends import end_offer, free_offered
from scheduling.actions.reserve import BookingRequest
from scheduling.domain.secret import digest_of, new_secret
from scheduling.domain.states import HOLDING, MOVABLE
from scheduling.domain.waiting_line import offer_ends
from scheduling.models import (
    Appointment,
    Hold,
    HoldStatus,
    OfferStatus,
    Resource,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)


class OfferOver(Conflict):
    """The offer ran out, was declined or taken back."""

    code = "offer_over"
    title = N_("Not offered any more")
    default_sentence = N_("This time is not held any more. Nothing was booked.")


class AlreadyAsked(Conflict):
    """The person is thinking about another offer, or does not wait any more."""

    code = "already_asked"
    title = "Not now"
    default_sentence = "They have another offer to answer first."


@action
def offer_time(
    *,
    entry: WaitlistEntry,
    start_at: datetime,
    clinician: Resource | None = None,
    lasting: timedelta | None = None,
    by: User | None,
    now: datetime,
) -> WaitlistOffer:
    """Hold a time for somebody who waits, and ask them; `by` is None if the clinic does it.

    Without `lasting`, the offer ends as `offer_ends` says. Raises `AlreadyAsked`, `PatientBusy`,
    `Invalid` if it is too late to ask, and what `place_hold` raises.
    """
    if by is not None:
        require(by, "scheduling.book")
    lock_record(entry.patient)
    current = _askable(entry, now)
    if lasting is None:
        notice = timedelta(minutes=current.notice_minutes)
        ends = offer_ends(start_at, now, notice=notice, zone=current.site.zone)
        if ends is None:
            raise Invalid("It is too late to ask: they could not get here in time.")
        lasting = ends - now
    request = BookingRequest(
        current.patient,
        current.visit_type,
        current.site,
        start_at,
        clinician=clinician,
        course=current.appointment.course if current.appointment else None,
        region=current.wished_region,
    )
    _check_person_is_free(request, current)
    hold = place_hold(request=request, lasting=lasting, moving=current.appointment, by=by, now=now)
    secret = new_secret()
    offer = WaitlistOffer.objects.create(
        entry=current, hold=hold, digest=digest_of(secret), offered_at=now, offered_by=by
    )
    announce_offer(offer=offer, secret=secret, by=by, now=now)
    return offer


@action
def accept_offer(*, offer: WaitlistOffer, by: User | None, now: datetime) -> Appointment:
    """Yes: book what is held, or bring the visit they have forward; they wait no longer.

    `by` is None for the person themself, who is not told who is away. A second yes answers with the
    same visit. Raises `OfferOver`, `PlaceGone`, `PatientBusy`, `NotAllowed`.
    """
    if by is not None:
        require(by, "scheduling.book")
    current = _locked(offer)
    hold, entry = current.hold, current.entry
    if current.status == OfferStatus.ACCEPTED and hold.appointment is not None:
        return hold.appointment
    if current.status != OfferStatus.OPEN:
        raise OfferOver
    try:
        # Whatever books a hold that was offered ends the offer, and the waiting (`leaving`).
        return _book(entry.appointment, hold, by, now)
    except HoldGone as gone:
        raise OfferOver from gone
    except PlaceGone as gone:
        if by is not None:
            raise
        raise OfferOver(gettext("This time is not possible any more. Please call us.")) from gone


@action
def decline_offer(*, offer: WaitlistOffer, by: User | None, now: datetime) -> WaitlistOffer:
    """No: the time goes to the next in line, and they keep their place for another.

    A second no changes nothing. Raises `OfferOver` after a yes, `NotAllowed`.
    """
    if by is not None:
        require(by, "scheduling.book")
    current = _locked(offer)
    if current.status == OfferStatus.ACCEPTED:
        raise OfferOver(N_("You have already said yes. To cancel the visit, call the clinic."))
    if current.status == OfferStatus.OPEN:
        free_offered(current.hold, HoldStatus.RELEASED, now)
        end_offer(current, OfferStatus.DECLINED, by, now)
    return current


@action
def withdraw_offer(*, offer: WaitlistOffer, by: User, now: datetime) -> WaitlistOffer:
    """The desk takes an offer back. Raises `OfferOver` if it was answered, `NotAllowed`."""
    require(by, "scheduling.book")
    current = _locked(offer)
    if current.status != OfferStatus.OPEN:
        raise OfferOver(N_("This offer was answered already."))
    free_offered(current.hold, HoldStatus.RELEASED, now)
    end_offer(current, OfferStatus.WITHDRAWN, by, now)
    return current


@action
def expire_offer(*, offer: WaitlistOffer, by: User | None, now: datetime) -> bool:
    """End an offer that nobody answered in time; whether this did it."""
    current = _locked(offer)
    if current.status != OfferStatus.OPEN or current.hold.expires_at > now:
        return False
    free_offered(current.hold, HoldStatus.EXPIRED, now)
    end_offer(current, OfferStatus.EXPIRED, by, now)
    return True


def _askable(entry: WaitlistEntry, now: datetime) -> WaitlistEntry:
    rows = WaitlistEntry.objects.select_related(
        "patient", "visit_type", "site", "appointment__course"
    )
    current = rows.get(pk=entry.pk)
    if current.status != WaitlistStatus.WAITING:
        raise AlreadyAsked("They are not on the waitlist any more.")
    for offer in _open_offers(current.patient):
        if not expire_offer(offer=offer, by=None, now=now):
            raise AlreadyAsked
    return current


def _open_offers(patient: Patient) -> list[WaitlistOffer]:
    rows = WaitlistOffer.objects.filter(hold__patient=patient, status=OfferStatus.OPEN)
    return list(rows.select_related("hold__patient"))


def _check_person_is_free(request: BookingRequest, entry: WaitlistEntry) -> None:
    visits = Appointment.objects.filter(patient=request.patient, status__in=sorted(HOLDING))
    then = visits.filter(start_at__lt=request.end_at, end_at__gt=request.start_at)
    if any(visit.pk != entry.appointment_id for visit in then):
        raise PatientBusy("They already have a visit at that time. Nothing was offered.")


def _locked(offer: WaitlistOffer) -> WaitlistOffer:
    """The offer as it stands; whoever changes it has locked the person it is held for."""
    lock_record(offer.hold.patient)
    rows = WaitlistOffer.objects.select_related(
        "entry__appointment__patient",
        "hold__patient",
        "hold__site",
        "hold__visit_type",
        "hold__appointment__site",
    )
    return rows.get(pk=offer.pk)


def _book(visit: Appointment | None, hold: Hold, by: User | None, now: datetime) -> Appointment:
    if visit is None or visit.status not in HOLDING:
        return book_hold(hold=hold, by=by, now=now)
    if visit.status not in MOVABLE:
        raise OfferOver(N_("The visit that was to be earlier has begun already."))
    return move_to_hold(appointment=visit, hold=hold, by=by, now=now)
