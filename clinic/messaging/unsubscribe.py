"""The link by which somebody gets no more newsletters, in one step and without signing in."""

from datetime import datetime, timedelta
from uuid import UUID

from clinic.messaging.models import Message, MessageKind
from clinic.shared.addresses import public_address
from clinic.shared.errors import NotFound
from clinic.shared.tokens import TokenSpent, seal, unseal

PURPOSE = "no-more-news"
# Old mail is read late: as long as the message itself is kept.
WORKS_FOR = timedelta(days=730)


def stop_news_address(patient_id: UUID, *, written_at: datetime) -> str:
    """The address in a newsletter to this person; the same for the same letter."""
    expires_at = written_at + WORKS_FOR
    token = seal(purpose=PURPOSE, subject=patient_id.bytes, expires_at=expires_at)
    return public_address("public:stop-news", token)


def one_step_out(message: Message) -> dict[str, str]:
    """The headers by which a mail program ends the newsletter in one step (RFC 8058)."""
    if message.kind != MessageKind.NEWSLETTER or message.patient_id is None:
        return {}
    address = stop_news_address(message.patient_id, written_at=message.created_at)
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def who_stops_news(token: str, *, now: datetime) -> UUID:
    """Whose link it is. Raises `NotFound`."""
    try:
        return UUID(bytes=unseal(purpose=PURPOSE, token=token, now=now))
    except (TokenSpent, ValueError) as error:
        raise NotFound from error
