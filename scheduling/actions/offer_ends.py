"""The end of an offer: what was held is free again, and nobody is told of it any more.

The caller has locked the record of the person whom the time is held for.
"""

from datetime import datetime

from clinic.accounts.models import User
from clinic.messaging.actions import withdraw_messages
from scheduling.actions.openings import note_freed
from scheduling.actions.places import lock_resources
from scheduling.models import (
    Hold,
    HoldStatus,
    OfferStatus,
    Reservation,
    WaitlistEntry,
    WaitlistOffer,
)


def free_offered(hold: Hold, became: HoldStatus, now: datetime) -> None:
    """Give up what is held, and write down that it is free; it may have run out already."""
    places = Reservation.objects.filter(hold=hold)
    lock_resources(set(places.values_list("resource_id", flat=True)))
    current = Hold.objects.select_for_update(no_key=True).get(pk=hold.pk)
    note_freed(current, now)
    places.delete()
    if current.status == HoldStatus.HELD:
        current.status = became
        current.save(update_fields=["status"])


def end_offer(offer: WaitlistOffer, status: OfferStatus, by: User | None, now: datetime) -> None:
    """Write the answer down; a message that nobody has begun to send stays here."""
    offer.status, offer.answered_at = status, now
    offer.save(update_fields=["status", "answered_at"])
    withdraw_messages(about=f"offer:{offer.pk}", by=by, now=now)


def take_back_offers(entry: WaitlistEntry, *, by: User | None, now: datetime) -> None:
    """What is offered to somebody who leaves goes to others."""
    for offer in entry.offers.filter(status=OfferStatus.OPEN).select_related("hold"):
        free_offered(offer.hold, HoldStatus.RELEASED, now)
        end_offer(offer, OfferStatus.WITHDRAWN, by, now)
