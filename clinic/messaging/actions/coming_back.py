"""What providers tell about messages that they took."""

import re
from dataclasses import dataclass
from datetime import datetime

from clinic.messaging.actions.suppressions import suppress
from clinic.messaging.forgetting import is_forgotten
from clinic.messaging.models import (
    Channel,
    DeliveryEvent,
    DeliveryOutcome,
    Message,
    MessageStatus,
    SuppressionReason,
)
from clinic.shared.actions import action

_OURS = re.compile(r"^<?message-(\d{1,18})@dorsa>?$")
_BACK = (DeliveryOutcome.BOUNCED, DeliveryOutcome.REJECTED)


@dataclass(frozen=True)
class Told:
    """One telling of a provider.

    `message` is what the provider calls it, or our own name of it. `is_final`: no message will
    ever reach this address. `stopped`: they told the provider that they want no more.
    """

    provider: str
    event_id: str
    message: str
    event: DeliveryOutcome
    occurred_at: datetime | None = None
    detail: str = ""
    is_final: bool = False
    stopped: bool = False


@action
def record_delivery_event(*, told: Told, by: object, now: datetime) -> bool:
    """Write down what became of a message; False if we know no such message.

    Told again, it changes nothing. What came back stays so, whatever is told late.
    """
    message = _meant(told.message)
    if message is None:
        return False
    _event, is_new = DeliveryEvent.objects.get_or_create(
        provider=told.provider,
        provider_event_id=told.event_id,
        defaults={
            "message": message,
            "event": told.event,
            "occurred_at": told.occurred_at or now,
            "detail": told.detail[:500],
        },
    )
    if is_new:
        _follow(message, told, now)
    return True


def _meant(name: str) -> Message | None:
    ours = _OURS.match(name)
    rows = Message.objects.select_for_update(no_key=True)
    if ours:
        return rows.filter(pk=int(ours[1])).first()
    return rows.filter(provider_id=name).first() if name else None


def _follow(message: Message, told: Told, now: datetime) -> None:
    is_out = message.status == MessageStatus.SENT
    # Told before we have written down that they took it; or somebody sends it once more meanwhile.
    is_due = message.status == MessageStatus.DUE
    if told.event == DeliveryOutcome.DELIVERED and (is_out or is_due):
        _became(message, MessageStatus.DELIVERED, message.last_error, now)
    elif told.event in _BACK and (
        is_out
        or message.status == MessageStatus.DELIVERED
        or (is_due and message.claimed_until is not None)
    ):
        _became(message, MessageStatus.BOUNCED, told.detail[:500] or told.event.label, now)
    reason_to_stop = _reason_to_stop(told)
    if reason_to_stop and message.to_address:
        suppress(
            channel=Channel(message.channel),
            address=message.to_address,
            reason=reason_to_stop,
            by="provider",
            now=now,
        )


def _became(message: Message, status: MessageStatus, reason: str, now: datetime) -> None:
    forgotten = is_forgotten(message.kind, status, Channel(message.channel))
    Message.objects.filter(pk=message.pk).update(
        status=status,
        last_error=reason,
        sent_at=message.sent_at or now,
        claimed_until=None,
        body="" if forgotten else message.body,
    )


def _reason_to_stop(told: Told) -> SuppressionReason | None:
    if told.event == DeliveryOutcome.COMPLAINED:
        return SuppressionReason.COMPLAINT
    if told.stopped:
        return SuppressionReason.STOP
    return SuppressionReason.BOUNCE if told.event in _BACK and told.is_final else None
