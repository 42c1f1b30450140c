"""One deliverer a channel at a time, so that a carrier that hangs holds up nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import Error

from clinic.messaging.models import Channel, Message, MessageStatus
from clinic.shared.prepared import first_row

# Any number that nothing else in the database uses.
_LOCK = 0x444F5253
# A claim that ran out so long ago, and that nobody took up, was held by a worker that is frozen.
FROZEN = timedelta(seconds=30)


@contextmanager
def turn(channel: Channel, now: datetime) -> Iterator[bool]:
    """Whether this worker delivers by the channel now; its end, or its death, frees the turn."""
    told = {"lock": _LOCK, "channel": list(Channel).index(channel)}
    found = first_row("SELECT pg_try_advisory_lock(%(lock)s::int, %(channel)s::int)", told)
    is_ours = bool(found and found[0])
    try:
        yield is_ours or _is_frozen(channel, now)
    finally:
        if is_ours:
            # A connection that is gone has freed it already.
            with suppress(Error):
                first_row("SELECT pg_advisory_unlock(%(lock)s::int, %(channel)s::int)", told)


def _is_frozen(channel: Channel, now: datetime) -> bool:
    left = Message.objects.filter(channel=channel, status=MessageStatus.DUE)
    return left.filter(claimed_until__lt=now - FROZEN).exists()
