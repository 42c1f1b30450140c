"""The worker's side of the waitlist: asking the next in line, and clearing what ran out."""

from datetime import datetime

import structlog
from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError
from scheduling.actions.hold import expire_holds
from scheduling.actions.offers import expire_offer, offer_time
from scheduling.actions.openings import claim_opening, postpone_opening, settle_opening
from scheduling.actions.waitlist import lapse_entries
from scheduling.domain.waiting_line import Stretch
from scheduling.models import Opening, Resource, WaitlistEntry
from scheduling.queries.anything_due import run_out
from scheduling.queries.waiting_line import first_time, has_room, waiting_line
from scheduling.queries.waitlist import offers_run_out, sites_with_waitlist

log = structlog.get_logger(__name__)

WORKER = "worker"
MOST_OPENINGS = 50


@shared_task
def offer_openings() -> None:
    """Offer what became free to who waits for it, one opening after the other.

    Each is claimed by one worker; what goes wrong with one leaves the others alone.
    """
    for _number in range(MOST_OPENINGS):
        opening = claim_opening(by=WORKER, now=timezone.now())
        if opening is None:
            return
        try:
            outcome = offer_opening(opening, timezone.now())
        except Exception as error:
            log.exception("opening_failed", opening=opening.pk)
            reason = f"{type(error).__name__}"
            postpone_opening(opening=opening, reason=reason, by=WORKER, now=timezone.now())
            continue
        settle_opening(opening=opening, outcome=outcome, by=WORKER, now=timezone.now())
        log.info("opening_settled", opening=opening.pk, outcome=outcome)


@shared_task
def clear_expired_holds() -> None:
    """End offers and holds whose time is over, and entries whose last day has passed."""
    now = timezone.now()
    due = run_out(THE_CLINIC, now=now)
    for offer in offers_run_out(THE_CLINIC, now=now) if due.offers else []:
        try:
            expire_offer(offer=offer, by=None, now=now)
        except DomainError as refusal:
            log.warning("offer_stays", offer=str(offer.pk), code=refusal.code)
    if due.holds:
        expire_holds(by=None, now=now)
    for site in sites_with_waitlist(THE_CLINIC) if due.entries else []:
        lapse_entries(site=site, by=None, now=now)


def offer_opening(opening: Opening, now: datetime) -> str:
    """Ask everybody in line for whom there is still room; what came of it, in a sentence.

    Each offer is a transaction of its own, so no worker holds more than one person's record.
    """
    stretch = Stretch(max(opening.start_at, now), opening.end_at, opening.resource_id)
    if stretch.start_at >= stretch.end_at:
        return "It has passed."
    entries = waiting_line(THE_CLINIC, opening.site, stretch, now=now)
    asked = 0
    # Asked once for each kind of visit, and anew when something was taken.
    room: dict[int, bool] = {}
    for entry in entries:
        kind = entry.visit_type
        if kind.pk not in room:
            room[kind.pk] = has_room(THE_CLINIC, kind, opening.site, stretch, now=now)
        if room[kind.pk] and _ask(entry, stretch, now):
            asked += 1
            room.clear()
    if asked:
        return f"Offered to {asked}."
    return f"Nobody could come; {len(entries)} had said they might." if entries else "Nobody waits."


def _ask(entry: WaitlistEntry, stretch: Stretch, now: datetime) -> bool:
    """Whether this person was asked: there is a time for them, and it could be held."""
    slot = first_time(THE_CLINIC, entry, stretch, now=now)
    if slot is None:
        return False
    clinician = Resource.objects.get(pk=slot.clinician_id) if slot.clinician_id else None
    try:
        offer_time(entry=entry, start_at=slot.start_at, clinician=clinician, by=None, now=now)
    except DomainError as refusal:
        # Somebody was faster, with the time or with the person: the next in line is asked.
        log.info("not_offered", entry=str(entry.pk), code=refusal.code)
        return False
    return True
