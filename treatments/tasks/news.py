"""The worker's side of newsletters."""

from time import monotonic

import structlog
from celery import shared_task
from django.utils import timezone

from treatments.actions.news import write_to_readers

log = structlog.get_logger(__name__)

WORKER = "worker"
# A tick writes for at most so many seconds; the next one goes on where it stopped.
LONGEST = 30.0


@shared_task
def write_newsletters() -> None:
    """Write to the readers of every letter that is on its way, batch by batch."""
    began = monotonic()
    while monotonic() - began < LONGEST:
        written = write_to_readers(by=WORKER, now=timezone.now())
        if written is None:
            return
        log.info("newsletter_written", count=written)
