"""What is to be told to whom, what became of it, and what came back; one file a noun."""

from clinic.messaging.models.coming_back import DeliveryEvent, DeliveryOutcome
from clinic.messaging.models.inbound import InboundMessage, InboundOutcome
from clinic.messaging.models.message import (
    HANDED_OVER,
    MAX_ATTEMPTS,
    Channel,
    Message,
    MessageKind,
    MessageQuerySet,
    MessageStatus,
)
from clinic.messaging.models.operating import Heartbeat, PausedKind, Process
from clinic.messaging.models.suppression import Suppression, SuppressionReason

__all__ = [
    "HANDED_OVER",
    "MAX_ATTEMPTS",
    "Channel",
    "DeliveryEvent",
    "DeliveryOutcome",
    "Heartbeat",
    "InboundMessage",
    "InboundOutcome",
    "Message",
    "MessageKind",
    "MessageQuerySet",
    "MessageStatus",
    "PausedKind",
    "Process",
    "Suppression",
    "SuppressionReason",
]
