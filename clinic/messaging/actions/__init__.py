"""Writing messages into the outbox, and recording what became of them; one file a subject."""

from clinic.messaging.actions.queue import queue_message, withdraw_messages
from clinic.messaging.recipients import Recipient

__all__ = ["Recipient", "queue_message", "withdraw_messages"]
