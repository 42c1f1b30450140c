"""How long the words of a message are kept: their links are somebody's keys."""

from clinic.messaging.models import Channel, MessageKind, MessageStatus
from clinic.messaging.receipts import tells

# Their links answer for one visit or one question. Who could not be told may still be told later.
CARRYING_AN_ANSWER = frozenset(
    {
        MessageKind.CHECK_IN_LINK,
        MessageKind.APPOINTMENT_BOOKED,
        MessageKind.SERIES_BOOKED,
        MessageKind.APPOINTMENT_MOVED,
        MessageKind.APPOINTMENT_REMINDER,
        MessageKind.PREPARATION,
        MessageKind.NO_SHOW,
        MessageKind.QUESTIONNAIRE,
    }
)
# Their links are keys that work by themselves: what they say is forgotten once they are out, and
# also once they are given up, because their page makes a new one.
CARRYING_A_KEY = frozenset({MessageKind.ACCOUNT, MessageKind.WAITLIST_OFFER})


def is_forgotten(kind: str, status: MessageStatus, channel: Channel) -> bool:
    """Whether the words of a message are of no more use than to open its link.

    Those that carry an answer are kept for as long as somebody may want to send them once more.
    """
    if status == MessageStatus.DUE or kind not in CARRYING_A_KEY | CARRYING_AN_ANSWER:
        return False
    may_go_again = status in {MessageStatus.PARKED, MessageStatus.BOUNCED}
    may_go_again = may_go_again or (status == MessageStatus.SENT and tells(channel))
    return not (may_go_again and kind in CARRYING_AN_ANSWER)
