"""Secrets that let somebody in: links and codes, kept as hashes only."""

import hashlib
import secrets

CODE_DIGITS = 6


def new_secret() -> str:
    """192 random bits, as an address can carry them and a QR code on paper stays coarse."""
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """The hash under which a link's secret is looked up; it does not lead back to it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """Six digits, as one types them from a message."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_digest(code: str, *, address: str, key: str) -> str:
    """The hash of a code for one address; without `key`, trying all codes does not find it."""
    said = f"{address.strip().lower()}:{code}"
    return hashlib.blake2b(said.encode(), key=key.encode()[:64], digest_size=32).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Whether two hashes are one, in the same time whether they are or not."""
    return secrets.compare_digest(one, other)
