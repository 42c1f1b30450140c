"""Secrets in addresses: made once, shown once, kept as a hash."""

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits, as an address can carry them."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """The hash under which a secret is looked up; it does not lead back to it."""
    return hashlib.sha256(secret.encode()).hexdigest()
