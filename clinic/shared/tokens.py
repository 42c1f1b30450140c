"""Short-lived signed tokens: what a link may carry that nothing is stored for.

A token says one thing for one purpose until one instant. It is signed, not encrypted: what it says
is an id that means nothing to a stranger.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

_INSTANT_BYTES = 5


class TokenSpent(Exception):
    """The token was never ours, was for something else, or its time is over."""


def seal(*, purpose: str, subject: bytes, expires_at: datetime) -> str:
    """A token that says `subject`, for `purpose` only, until `expires_at` (whole seconds)."""
    said = int(expires_at.timestamp()).to_bytes(_INSTANT_BYTES, "big") + subject
    text = urlsafe_b64encode(said).decode().rstrip("=")
    return _signer(purpose).sign(text)


def unseal(*, purpose: str, token: str, now: datetime) -> bytes:
    """What a token of this purpose says. Raises `TokenSpent`."""
    try:
        text = _signer(purpose).unsign(token)
    except BadSignature as error:
        raise TokenSpent from error
    said = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    expires_at = datetime.fromtimestamp(int.from_bytes(said[:_INSTANT_BYTES], "big"), UTC)
    if now >= expires_at:
        raise TokenSpent
    return said[_INSTANT_BYTES:]


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"dorsa.{purpose}", sep="~")
