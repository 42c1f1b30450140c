"""Ids that nobody can guess, and that PostgreSQL files in the order in which they were made."""

import secrets
from datetime import datetime
from uuid import UUID


def new_id(now: datetime) -> UUID:
    """A UUID of version 7 (RFC 9562), as PostgreSQL's `uuidv7()` makes it: milliseconds, chance.

    For rows that are written together with others that point at them.
    """
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    chance = secrets.randbits(74)
    return UUID(
        int=milliseconds << 80 | 7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & (2**62 - 1)
    )
