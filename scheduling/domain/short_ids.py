"""Ids and instants as a board writes them: short, as they stand there a thousand times."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

LENGTH = 22
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def short_id(full: UUID) -> str:
    """The id in URL-safe base 64."""
    return urlsafe_b64encode(full.bytes).decode()[:LENGTH]


def full_id(text: str) -> UUID:
    """The id that is meant, written short or in full. Raises `ValueError`."""
    if len(text) != LENGTH:
        return UUID(text)
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))


def short_instant(at: datetime) -> str:
    """The instant in whole minutes of the Unix clock."""
    return str((at - _EPOCH) // _MINUTE)


def full_instant(minutes: str) -> datetime:
    """The instant that was written short. Raises `ValueError`."""
    try:
        return _EPOCH + int(minutes) * _MINUTE
    except OverflowError:
        raise ValueError("This instant is too far away.") from None
