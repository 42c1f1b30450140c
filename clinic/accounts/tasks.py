"""The worker's side of requests that were answered."""

import structlog
from celery import shared_task
from django.utils import timezone

from clinic.accounts.answers import forget_answers

log = structlog.get_logger(__name__)


@shared_task
def forget_old_answers() -> None:
    """Drop answers that nobody will ask for again: they are kept for a day."""
    forgotten = forget_answers(now=timezone.now())
    log.info("answers_forgotten", count=forgotten)
