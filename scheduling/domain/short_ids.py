"""Ids as a board writes them: a UUID in 22 characters instead of 36, eight hundred times a page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

LENGTH = 22


def short_id(full: UUID) -> str:
    """The id in URL-safe base 64."""
    return urlsafe_b64encode(full.bytes).decode()[:LENGTH]


def full_id(text: str) -> UUID:
    """The id that is meant, written short or in full. Raises `ValueError`."""
    if len(text) != LENGTH:
        return UUID(text)
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))
