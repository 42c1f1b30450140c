"""From where the running code was called: for the audit, and only for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """A request (or a command) as the audit remembers it. `address` has no query string."""

    request_id: str = ""
    ip: str | None = None
    address: str = ""


def without_secret(path: str) -> str:
    """The path as it may be written down: of a page for strangers, the secret is left out."""
    parts = path.split("/")
    return "/".join([*parts[:3], "…"]) if parts[1:2] == ["public"] and len(parts) > 3 else path


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
