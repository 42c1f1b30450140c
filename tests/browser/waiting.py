"""Waiting for what a page does by itself: as long as it takes, and no longer."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 20


def comes_true(page, question: Callable[[], object]) -> bool:
    """Whether it is so, sooner or later; the page goes on meanwhile."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not question():
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(100)
    return True
