"""Which carrier takes which messages."""

from django.conf import settings

from clinic.messaging.channels.base import Gateway
from clinic.messaging.channels.email import EmailGateway
from clinic.messaging.channels.sms_local import ConsoleGateway, FileGateway
from clinic.messaging.models import Channel


def gateway_of(channel: Channel) -> Gateway | None:
    """A carrier for this channel; None if the clinic has none."""
    if channel == Channel.EMAIL:
        return EmailGateway()
    told = settings.SMS
    if told is None:
        return None
    if told.scheme == "twilio":
        from clinic.messaging.channels.sms_twilio import TwilioGateway

        return TwilioGateway(told)
    return ConsoleGateway() if told.scheme == "console" else FileGateway(told.folder)
