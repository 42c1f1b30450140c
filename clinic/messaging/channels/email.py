"""E-mail, through whatever Django's EMAIL_BACKEND is: SMTP, or a provider known to anymail."""

import smtplib
from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from clinic.messaging.channels.base import Refused, TryAgain
from clinic.messaging.models import Message
from clinic.messaging.unsubscribe import one_step_out

# At and above this, SMTP and HTTP say different things: for ever, and later.
PERMANENT, SERVER_ERROR, TOO_MANY = 500, 500, 429
# Codes of a provider's HTTP answer that are about our settings, not about the message.
OUR_SETTINGS = {401, 402, 403, 404}


class EmailGateway:
    """Keeps one connection open as long as it works."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def send(self, message: Message, *, may_be_out: bool) -> str:
        """Hand it over. Raises `Refused`, `TryAgain`.

        The Message-ID is the row's own, so that a second copy, sent because a worker died between
        handing over and writing it down, is recognised as the same message by the receiving side.
        """
        mail = self._written(message)
        try:
            self._connection.open()
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            _raise_for_recipient(error)
        except (OSError, AnymailError, ValueError) as error:
            # A broken conversation is not continued: the next message opens a new one.
            self.close()
            _raise_for(error)
        status = getattr(mail, "anymail_status", None)
        provider_id = status.message_id if status else mail.extra_headers["Message-ID"]
        return str(provider_id or "")

    def _written(self, message: Message) -> EmailMessage:
        return EmailMessage(
            subject=message.subject,
            body=message.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.to_address],
            headers={
                "Message-ID": f"<message-{message.pk}@dorsa>",
                "Auto-Submitted": "auto-generated",
                **one_step_out(message),
            },
            connection=self._connection,
        )

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._connection.close()


def _raise_for_recipient(error: smtplib.SMTPRecipientsRefused) -> NoReturn:
    code, reply = next(iter(error.recipients.values()))
    said = f"{code} {_words(reply)}"
    if code >= PERMANENT:
        raise Refused(f"The mail server refuses this address: {said}") from error
    raise TryAgain(f"The mail server does not take this address now: {said}") from error


def _raise_for(error: Exception) -> NoReturn:
    """Say in one of our two words what went wrong."""
    match error:
        case AnymailRecipientsRefused():
            raise Refused("The mail provider refuses this address.") from error
        case AnymailAPIError():
            _raise_for_provider(error)
        case smtplib.SMTPDataError() if error.smtp_code >= PERMANENT:
            said = f"{error.smtp_code} {_words(error.smtp_error)}"
            raise Refused(f"The mail server refuses this message: {said}") from error
        case smtplib.SMTPResponseException():
            said = f"{error.smtp_code} {_words(error.smtp_error)}"
            raise TryAgain(f"The mail server takes nothing now: {said}", is_down=True) from error
        case OSError():
            said = f"{type(error).__name__}: {error}"
            raise TryAgain(f"The mail server does not answer: {said}", is_down=True) from error
    raise Refused(f"This cannot be written as an e-mail: {error}") from error


def _raise_for_provider(error: Any) -> NoReturn:
    code = error.status_code or 0
    later = code == 0 or code >= SERVER_ERROR or code == TOO_MANY or code in OUR_SETTINGS
    said = f"The mail provider answers {code or 'nothing'}."
    if not later:
        raise Refused(f"The mail provider refuses this message ({code}).") from error
    headers = getattr(error.response, "headers", None) or {}
    raise TryAgain(said, is_down=True, retry_after=seconds_of(headers)) from error


def seconds_of(headers: Any) -> timedelta | None:
    """What an answer's Retry-After says, if it says it in seconds."""
    said = str(headers.get("Retry-After", ""))
    return timedelta(seconds=int(said)) if said.isdecimal() else None


def _words(reply: Any) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
