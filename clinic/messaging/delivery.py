"""Handing one message to the mail server."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from clinic.messaging.models import Message


def send_by_email(message: Message, connection: BaseEmailBackend) -> None:
    """Hand the message over. Raises `OSError` (`smtplib` errors included) if it is not taken.

    The Message-ID is the row's own, so that a second copy, sent because a worker died between
    handing over and writing it down, is recognised as the same message by the receiving side.
    """
    EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to_address],
        headers={"Message-ID": f"<message-{message.pk}@dorsa>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    ).send()
