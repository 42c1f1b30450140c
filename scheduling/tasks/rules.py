"""Looking again at what is booked, as history changes; going on with a look at everything."""

from time import monotonic

import structlog
from celery import shared_task
from django.utils import timezone

from scheduling.actions.look_again import continue_run, look_at_changed

log = structlog.get_logger(__name__)

WORKER = "worker"
# A tick looks for at most so many seconds; the next one goes on where it stopped.
LONGEST = 40.0


@shared_task
def look_at_changed_histories() -> None:
    """Look at the coming visits of everybody of whom something became known."""
    began = monotonic()
    while monotonic() - began < LONGEST:
        done = look_at_changed(by=WORKER, now=timezone.now())
        if not done.visits and not done.found:
            return
        log.info("looked_again", visits=done.visits, found=done.found, cleared=done.cleared)


@shared_task
def look_at_coming_visits() -> None:
    """Go on, batch by batch, with the look that a night or a manager has begun, if there is one."""
    began = monotonic()
    while monotonic() - began < LONGEST:
        run = continue_run(by=WORKER, now=timezone.now())
        if run is None or not run.is_open:
            return
