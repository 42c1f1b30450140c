"""What every carrier of messages does, and how it says that it could not."""

from datetime import timedelta
from typing import Protocol

from clinic.messaging.models import Message


class Refused(Exception):
    """It will never be taken: the address or the message is bad. Holds a sentence for a person."""


class TryAgain(Exception):
    """It was not taken this time. Holds a sentence for a person.

    `is_down` if no other message would be taken either; `retry_after` if they said when.
    """

    def __init__(
        self, sentence: str, *, is_down: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(sentence)
        self.is_down, self.retry_after = is_down, retry_after


class Gateway(Protocol):
    """One carrier, with whatever connection it keeps between two messages."""

    def send(self, message: Message, *, may_be_out: bool) -> str:
        """Hand the message over; what the carrier calls it, or "".

        `may_be_out`: a worker died while it had this message in hand, so that the carrier may have
        it already. Raises `Refused`, `TryAgain`.
        """

    def close(self) -> None:
        """End the conversation, if there is one. The next message begins a new one."""
