"""Leaving the waitlist because one has got what one waited for, in whatever way.

Whoever waits for a kind of visit and gets one within their days waits no longer, at any site and
whoever sees them: an offer after that would be for a visit they have. Somebody who has a visit and
wants to come sooner leaves only for one that is sooner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from clinic.accounts.models import User
from clinic.shared.prepared import first_row
from scheduling.actions.offer_ends import end_offer, free_offered
from scheduling.actions.reserve import BookingRequest
from scheduling.actions.series_places import lock_course
from scheduling.domain.states import MOVABLE
from scheduling.domain.waiting_states import ENDINGS, Ending
from scheduling.models import (
    Appointment,
    Hold,
    HoldStatus,
    OfferStatus,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistStatus,
)

# Asked at every booking, and nearly always answered by an empty index.
_WAITS = """
    SELECT 1 FROM scheduling_waitlistentry
    WHERE patient_id = %(patient)s AND visit_type_id = %(visit_type)s AND status = 'waiting'
    LIMIT 1
"""


@dataclass(frozen=True)
class Leaver:
    """An entry that a booking ends, and how."""

    entry: WaitlistEntry
    ending: Ending


def leave_line(
    requests: Sequence[BookingRequest],
    *,
    hold: Hold | None = None,
    moving: Sequence[Appointment] = (),
    by: User | None,
    now: datetime,
) -> list[Leaver]:
    """Who leaves the waitlist if one of these is booked; what is offered to them is free again.

    The requests are for one person, kind of visit and site; the caller has locked the person's
    record and nothing else, and calls `end_waiting` with the visit. Their own offer is not in the
    way of the booking then. Visits that are `moving` are locked along with what is freed. With
    the `hold` that is being booked, the caller has locked its places, and an offer of it counts as
    accepted.
    """
    first = requests[0]
    told = {"patient": first.patient.pk, "visit_type": first.visit_type.pk}
    if hold is None and first_row(_WAITS, told) is None:
        return []
    leavers = [
        Leaver(entry, ending)
        for entry in _waiting(first, hold)
        if (ending := _ending(entry, requests, hold)) is not None
    ]
    offers = [o for leaver in leavers for o in leaver.entry.offers.all() if _is_open(o.status)]
    if offers and hold is None:
        # Everything that is freed or taken here, in one go and in one order.
        lock_course(requests, also=moving, now=now)
    for offer in offers:
        if hold is not None and offer.hold_id == hold.pk:
            end_offer(offer, OfferStatus.ACCEPTED, by, now)
        else:
            free_offered(offer.hold, HoldStatus.RELEASED, now)
            end_offer(offer, OfferStatus.WITHDRAWN, by, now)
    return leavers


def end_waiting(leavers: Sequence[Leaver], visit: Appointment, *, now: datetime) -> None:
    """They wait no longer: `visit` is what came of it."""
    for leaver in leavers:
        entry = leaver.entry
        entry.status, entry.ended_at = WaitlistStatus(ENDINGS[leaver.ending]), now
        entry.appointment = visit
        entry.save(update_fields=["appointment", "status", "ended_at"])


def _waiting(request: BookingRequest, hold: Hold | None) -> list[WaitlistEntry]:
    """What the person waits for; an offer's entry may still name a record merged into theirs."""
    own = Q(patient=request.patient, visit_type=request.visit_type)
    if hold is not None:
        own |= Q(pk__in=WaitlistOffer.objects.filter(hold=hold).values("entry"))
    rows = WaitlistEntry.objects.filter(own, status=WaitlistStatus.WAITING)
    parts = rows.select_related("site", "appointment").prefetch_related("offers__hold")
    return list(parts.order_by("pk"))


def _ending(
    entry: WaitlistEntry, requests: Sequence[BookingRequest], hold: Hold | None
) -> Ending | None:
    """What ends this entry if the requests are booked; None if it goes on."""
    if hold is not None and any(offer.hold_id == hold.pk for offer in entry.offers.all()):
        return Ending.ACCEPT
    return Ending.BOOK if any(_fulfils(request, entry) for request in requests) else None


def _fulfils(request: BookingRequest, entry: WaitlistEntry) -> bool:
    day = request.start_at.astimezone(entry.site.zone).date()
    has = entry.appointment
    is_sooner = has is None or has.status not in MOVABLE or request.start_at < has.start_at
    return entry.earliest_date <= day <= entry.latest_date and is_sooner


def _is_open(status: str) -> bool:
    return status == OfferStatus.OPEN
