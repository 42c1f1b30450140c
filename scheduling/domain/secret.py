"""Secrets that stand in an address, and the hash by which they are known again."""

import hashlib
import secrets


def new_secret() -> str:
    """A fresh secret, fit for an address: nobody guesses 192 random bits."""
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """What is kept of a secret: its SHA-256 hash, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
