"""Moving what nobody did in time to the physicians."""

import structlog
from celery import shared_task
from django.utils import timezone

from treatments.actions.escalations import MOST_AT_ONCE, escalate_overdue

log = structlog.get_logger(__name__)

MOST_ROUNDS = 20


@shared_task
def escalate_follow_ups() -> None:
    """Look at what is too late; safe twice, by several workers, and after hours of silence."""
    for _number in range(MOST_ROUNDS):
        moved = escalate_overdue(by=None, now=timezone.now())
        if moved:
            log.info("follow_ups_escalated", moved=moved)
        if moved < MOST_AT_ONCE:
            return
