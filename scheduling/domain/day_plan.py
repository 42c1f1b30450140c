"""Between what is taken: the free stretches of a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Stretch = tuple[datetime, datetime]


def gaps(taken: Iterable[Stretch], *, since: datetime, least: timedelta) -> list[Stretch]:
    """The free stretches of at least `least` between what is taken, from `since` on, in order.

    What comes after the last one is not a gap: the day may be over then.
    """
    found: list[Stretch] = []
    free_from = since
    for begin, end in sorted(taken):
        if begin - free_from >= least:
            found.append((free_from, begin))
        free_from = max(free_from, end)
    return found
