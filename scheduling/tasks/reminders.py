"""The worker's side of reminders, preparations and missed visits."""

from time import monotonic

import structlog
from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError
from scheduling.actions.missed import mark_missed
from scheduling.actions.preparations import write_due_preparations
from scheduling.actions.reminders import write_due_reminders
from scheduling.actions.text_answers import answer_next_text, put_text_aside
from scheduling.queries.missed import missed_visits

log = structlog.get_logger(__name__)

WORKER = "worker"
BATCH = 200
# A tick writes for at most so many seconds; the next one goes on where it stopped.
LONGEST = 40.0


@shared_task
def remind() -> None:
    """Write what is due to remind people of their visits, batch by batch."""
    began = monotonic()
    while monotonic() - began < LONGEST:
        done = write_due_reminders(limit=BATCH, by=WORKER, now=timezone.now())
        if done.written:
            log.info("reminded", visits=done.written)
        if not done.is_more:
            return


@shared_task
def prepare() -> None:
    """Tell people how to prepare for what comes, batch by batch."""
    began = monotonic()
    while monotonic() - began < LONGEST:
        told = write_due_preparations(limit=BATCH, by=WORKER, now=timezone.now())
        if not told:
            return
        log.info("preparation_told", visits=told)


@shared_task
def mark_no_shows() -> None:
    """Mark what nobody came to; what cannot be marked is left to people, and to the next tick."""
    for visit in missed_visits(THE_CLINIC, limit=BATCH, now=timezone.now()):
        try:
            done = mark_missed(appointment_id=visit, by=None, now=timezone.now())
        except DomainError as refusal:
            log.warning("not_marked_missed", appointment=str(visit), code=refusal.code)
            continue
        if done is not None:
            log.info("marked_missed", appointment=str(visit))


@shared_task
def answer_texts() -> None:
    """Handle the text messages that came in, one after the other."""
    for _number in range(BATCH):
        try:
            handled = answer_next_text(by=WORKER, now=timezone.now())
        except Exception as error:
            log.exception("text_failed", error=type(error).__name__)
            put_text_aside(by=WORKER, now=timezone.now())
            continue
        if handled is None:
            return
        log.info("text_handled", inbound=handled.pk, outcome=handled.outcome)
