"""Text messages that come in: kept as they are, and handled once."""

from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings

from clinic.messaging.actions.queue import queue_message
from clinic.messaging.actions.suppressions import start_again, suppress
from clinic.messaging.keywords import Keyword, Wish, keyword_in
from clinic.messaging.models import (
    Channel,
    InboundMessage,
    InboundOutcome,
    MessageKind,
    SuppressionReason,
)
from clinic.messaging.recipients import Recipient
from clinic.messaging.texts import render
from clinic.shared.actions import action


@action
def receive_sms(
    *,
    provider_id: str,
    from_phone: str,
    to_phone: str,
    text: str,
    is_answered: bool = False,
    by: object,
    now: datetime,
) -> bool:
    """Keep a text message; False if it is here already, and then nothing else happens.

    STOP, START and HELP are handled at once, and answered unless the provider has done so
    (`is_answered`). All else waits for whoever knows what it may be about.
    """
    message, is_new = InboundMessage.objects.get_or_create(
        provider_id=provider_id,
        defaults={
            "from_phone": from_phone,
            "to_phone": to_phone,
            "text": text,
            "received_at": now,
        },
    )
    keyword = keyword_in(text)
    if is_new and keyword:
        _do(keyword, message, now)
        if not is_answered:
            _answer(keyword, message, now)
        message.handled_at, message.outcome = now, InboundOutcome(keyword.wish)
        message.save(update_fields=["handled_at", "outcome"])
    return is_new


def _do(keyword: Keyword, message: InboundMessage, now: datetime) -> None:
    if keyword.wish == Wish.STOP:
        suppress(
            channel=Channel.SMS,
            address=message.from_phone,
            reason=SuppressionReason.STOP,
            by="sms",
            now=now,
        )
    elif keyword.wish == Wish.START:
        start_again(phone=message.from_phone, by="sms", now=now)


def _answer(keyword: Keyword, message: InboundMessage, now: datetime) -> None:
    """One answer, whatever was asked to stop: the last one for a while."""
    clinic = parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or settings.DEFAULT_FROM_EMAIL
    template = f"messaging/messages/sms_{keyword.wish}"
    queue_message(
        kind=MessageKind.SMS_ANSWER,
        to=Recipient(
            name="", phone=message.from_phone, language=keyword.language, channel=Channel.SMS
        ),
        text=render(template, keyword.language, {"clinic": clinic}),
        about=f"inbound:{message.pk}",
        dedupe_key=f"inbound:{message.pk}:answer",
        valid_until=now + timedelta(days=1),
        urgent=True,
        by="sms",
        now=now,
    )
