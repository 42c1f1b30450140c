"""Stopping what is sent to an address, and starting again."""

from datetime import datetime

from clinic.messaging.models import Channel, Suppression, SuppressionReason
from clinic.messaging.recipients import normalised
from clinic.shared.actions import action
from clinic.shared.errors import Invalid

THEY_ASKED = "They sent START."


@action
def suppress(
    *, channel: Channel, address: str, reason: SuppressionReason, by: object, now: datetime
) -> None:
    """Send nothing to this address any more. If that is so already, it stays as it was said."""
    Suppression.objects.get_or_create(
        channel=channel,
        address=normalised(channel, address),
        lifted_at=None,
        defaults={"reason": reason, "since_at": now},
    )


@action
def lift_suppression(*, suppression: Suppression, reason: str, by: object, now: datetime) -> None:
    """Let messages go to this address again. Raises `Invalid` without a reason.

    Who may decide that is for the caller to say.
    """
    if not reason.strip():
        raise Invalid("Say why messages may be sent there again.")
    held = Suppression.objects.filter(pk=suppression.pk, lifted_at__isnull=True)
    held.update(lifted_at=now, lifted_reason=reason.strip())


@action
def start_again(*, phone: str, by: object, now: datetime) -> None:
    """Whoever asked us to stop asks us to go on: what they stopped themselves goes on."""
    theirs = Suppression.objects.filter(
        channel=Channel.SMS,
        address=normalised(Channel.SMS, phone),
        reason=SuppressionReason.STOP,
        lifted_at__isnull=True,
    )
    theirs.update(lifted_at=now, lifted_reason=THEY_ASKED)
