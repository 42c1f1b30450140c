"""The connection to PostgreSQL (Django wants it in a module of this name)."""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

_STUCK = {TransactionStatus.INERROR, TransactionStatus.UNKNOWN}


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is asked before each request whether it still lives, without a round trip.

    An idle server says nothing. Where it has said something, it was goodbye (a restart, a killed
    session, a broken line) or a notice: only then it is asked aloud.
    """

    def is_usable(self) -> bool:
        """Whether the connection can be used; a False makes Django open another one."""
        link: Any = self.connection
        if link is None or link.closed or link.info.transaction_status in _STUCK:
            return False
        if not _has_spoken(link.fileno()):
            return True
        return bool(super().is_usable())


def _has_spoken(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN | select.POLLPRI)
    return bool(waiting.poll(0))
