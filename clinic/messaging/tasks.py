"""The worker's side of the outbox."""

import structlog
from celery import shared_task
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from clinic.messaging import actions
from clinic.messaging.delivery import send_by_email
from clinic.messaging.models import Message

log = structlog.get_logger(__name__)

WORKER = "worker"
# Five messages to a mail server that hangs (10 s each) still end before the task's soft limit.
BATCH = 5
MAX_BATCHES = 200


@shared_task
def deliver_due_messages() -> None:
    """Send what is due, batch by batch. Trouble in a batch leaves the rest to the next tick."""
    for _batch in range(MAX_BATCHES):
        claimed = actions.claim_messages(limit=BATCH, by=WORKER, now=timezone.now())
        if not claimed or not _send_all(claimed):
            return


def _send_all(messages: list[Message]) -> bool:
    """Send each over one connection; True if all went out. One failure never stops the next."""
    connection = get_connection()
    try:
        outcomes = [_send(message, connection) for message in messages]
        return all(outcomes)
    finally:
        connection.close()


def _send(message: Message, connection: BaseEmailBackend) -> bool:
    try:
        send_by_email(message, connection)
    except (OSError, ValueError) as error:
        # A broken conversation is not continued: the next message opens a new one.
        connection.close()
        reason = f"{type(error).__name__}: {error}"
        actions.record_failure(message=message, reason=reason, by=WORKER, now=timezone.now())
        log.warning("message_failed", message=message.pk, error=type(error).__name__)
        return False
    actions.record_sent(message=message, by=WORKER, now=timezone.now())
    log.info("message_sent", message=message.pk)
    return True
