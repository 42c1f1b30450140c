"""Messages that somebody took and that nobody has heard of since.

Providers tell what became of a message. Where none does (SMTP, files), nobody can miss it. What
nobody has told about is never sent again by itself: it may have arrived, and a person decides.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from clinic.messaging.models import Channel, DeliveryEvent, MessageStatus

# After so long without a word a person looks. Carriers tell within minutes; mail may be delayed,
# which its provider also tells.
WITHIN: Mapping[Channel, timedelta] = {
    Channel.SMS: timedelta(hours=1),
    Channel.EMAIL: timedelta(hours=4),
}
# What is older than this is nobody's work any more.
LOOKED_BACK = timedelta(days=7)
# Between the provider's word and our writing down that it took the message.
_CROSSED = timedelta(minutes=1)


def tells(channel: Channel) -> bool:
    """Whether whoever carries this channel tells us what became of a message."""
    if channel == Channel.EMAIL:
        return bool(settings.EMAIL_PROVIDER and settings.EMAIL_WEBHOOK_SECRET)
    by_provider = settings.SMS is not None and settings.SMS.scheme == "twilio"
    return by_provider and str(settings.PUBLIC_URL).startswith("https://")


def telling() -> list[Channel]:
    """The channels whose carriers tell."""
    return [channel for channel in Channel if tells(channel)]


def without_a_word(now: datetime) -> Q:
    """Which messages were taken long enough ago, and nobody has told anything about them."""
    heard = DeliveryEvent.objects.filter(
        message=OuterRef("pk"), received_at__gte=OuterRef("sent_at") - _CROSSED
    )
    due = Q()
    for channel in telling():
        due |= Q(channel=channel, sent_at__lte=now - WITHIN[channel])
    if not due:
        return Q(pk__in=[])
    # By the index of what was written lately; a message may have waited for a day.
    lately = Q(created_at__gte=now - LOOKED_BACK - timedelta(days=1))
    sent = Q(status=MessageStatus.SENT, sent_at__gte=now - LOOKED_BACK)
    return due & lately & sent & Q(~Exists(heard))
