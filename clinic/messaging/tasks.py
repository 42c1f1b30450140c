"""The worker's side of the outbox: a tick a channel, so that none waits for another."""

from celery import shared_task
from django.utils import timezone

from clinic.messaging.actions.operating import note_alive
from clinic.messaging.delivery import WORKER, deliver
from clinic.messaging.models import Channel, Process


@shared_task
def deliver_email() -> None:
    """Send the e-mails that are due."""
    deliver(Channel.EMAIL)


@shared_task
def deliver_sms() -> None:
    """Send the text messages that are due."""
    deliver(Channel.SMS)


@shared_task
def note_heartbeat() -> None:
    """The worker is alive, and beat's ticks reach it."""
    note_alive(name=Process.WORKER, by=WORKER, now=timezone.now())
