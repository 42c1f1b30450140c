"""Handling text messages as they come in: whoever knows what they may be about stands above."""

from collections.abc import Callable
from datetime import datetime

_handlers: list[Callable[[datetime], object]] = []


def handled_by(handler: Callable[[datetime], object]) -> None:
    """From now on this one handles the oldest that waits. Called once, as the apps start."""
    _handlers.append(handler)


def handle_oldest(now: datetime) -> None:
    """Have the oldest text message handled that waits, without a worker."""
    for handler in _handlers:
        handler(now)
