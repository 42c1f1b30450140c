"""Whom a message is for, and by what and to which address it travels."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from clinic.messaging.models import Channel, MessageKind
from clinic.messaging.quiet import QuietHours
from clinic.messaging.texts import Text

# What somebody has asked for this very moment, or must know: no stop they gave before is about it.
ASKED_FOR = frozenset({MessageKind.ACCOUNT, MessageKind.SMS_ANSWER, MessageKind.URGENT_ADVICE})
# What nobody needs to be called about if they want no messages.
CAN_BE_LEFT_OUT = frozenset(
    {
        MessageKind.APPOINTMENT_REMINDER,
        MessageKind.QUESTIONNAIRE,
        MessageKind.NO_SHOW,
        MessageKind.NEWSLETTER,
    }
)

NO_CHANNEL = "They want no messages: please tell them by phone."
NO_ADDRESS = "No e-mail address on file: please tell them by phone."
NO_PHONE = "No mobile number on file: please tell them another way."
NO_ADDRESS_AT_ALL = "No e-mail address and no mobile number on file: please tell them by phone."
STOPPED = "Nothing may be sent to the addresses on file any more: please tell them by phone."
UNWANTED = "They want no messages of this kind."


@dataclass(frozen=True)
class Recipient:
    """Whom to tell, and how they want to be told.

    `phone` is a number as +15125550100, or "". `channel` is the one they prefer, and None if they
    want no messages. `reminders` says whether they want to be reminded. `stopped` are the channels
    on which nothing may be sent to the address above, or None if nobody has looked yet. `why_none`
    is a sentence for whoever wonders why there is no channel.
    """

    name: str
    email: str = ""
    phone: str = ""
    language: str = "en"
    channel: Channel | None = Channel.EMAIL
    quiet: QuietHours | None = None
    reminders: bool = True
    stopped: Set[Channel] | None = None
    why_none: str = NO_CHANNEL

    def address(self, channel: Channel) -> str:
        """Where this channel reaches them, or ""."""
        return self.email if channel == Channel.EMAIL else self.phone


@dataclass(frozen=True)
class Route:
    """How a message goes; without an address it does not, for the reason given."""

    channel: Channel
    address: str = ""
    reason: str = ""
    is_unwanted: bool = False


def route(kind: MessageKind, to: Recipient, text: Text, stopped: Set[Channel]) -> Route:
    """By the channel they prefer, else by the other, else not at all."""
    can_be_left_out = kind in CAN_BE_LEFT_OUT
    if to.channel is None:
        reason = UNWANTED if can_be_left_out else to.why_none
        return Route(Channel.EMAIL, reason=reason, is_unwanted=can_be_left_out)
    if kind == MessageKind.APPOINTMENT_REMINDER and not to.reminders:
        return Route(to.channel, reason=UNWANTED, is_unwanted=True)
    forms = {Channel.EMAIL: text.body, Channel.SMS: text.sms}
    wished = sorted((c for c in Channel if forms[c]), key=lambda channel: channel != to.channel)
    known = [channel for channel in wished if to.address(channel)]
    for channel in known:
        if channel not in stopped or kind in ASKED_FOR:
            return Route(channel, to.address(channel))
    if known:
        return Route(known[0], reason=STOPPED, is_unwanted=can_be_left_out)
    return Route(wished[0], reason=_lacking(wished))


def _lacking(wished: Sequence[Channel]) -> str:
    if len(wished) > 1:
        return NO_ADDRESS_AT_ALL
    return NO_ADDRESS if wished == [Channel.EMAIL] else NO_PHONE


def is_reachable(to: Recipient) -> bool:
    """Whether any message reaches them, by whatever channel. For who comes from a door."""
    open_to = [channel for channel in Channel if channel not in (to.stopped or ())]
    return to.channel is not None and any(to.address(channel) for channel in open_to)


def normalised(channel: Channel, address: str) -> str:
    """An address as it is compared."""
    return address.strip().lower() if channel == Channel.EMAIL else address.strip()
