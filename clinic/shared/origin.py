"""From where the running code was called: for the audit, and only for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

# After these parts of an address comes a secret: of a page for strangers, of an invitation, of a
# link for a new password or for a new address.
_SECRET_AFTER: Final = re.compile(
    r"/(?:public/[^/]*|join|accounts/password/reset/key|accounts/confirm-email)/(?=.)"
)


@dataclass(frozen=True)
class Origin:
    """A request (or a command) as the audit remembers it. `address` has no query string."""

    request_id: str = ""
    ip: str | None = None
    address: str = ""


def without_secret(path: str) -> str:
    """The path as it may be written down: what opens something by itself is left out."""
    found = _SECRET_AFTER.match(path)
    return f"{found[0]}…" if found else path


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current_origin() -> Origin:
    """Where we were called from; empty outside of requests and commands."""
    return _current.get()


@contextmanager
def called_from(origin: Origin) -> Iterator[None]:
    """Everything inside the block comes from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
