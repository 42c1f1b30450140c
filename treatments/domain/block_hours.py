"""The hours of a block diary that somebody keeps on their phone: what is open, and what is late."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from treatments.domain.outcomes import DIARY_HOURS, line_name

# What is asked a little early is asked in time: people look at the clock and round.
EARLY = timedelta(minutes=10)
# What is said so long after its time is said from memory.
LATE = timedelta(minutes=45)
# So long after the block the page takes answers.
LASTS = timedelta(hours=24)


def after(hour: Decimal | None) -> timedelta:
    """How long after the block a line is; the line before it is at its beginning."""
    return timedelta(minutes=int((hour or Decimal(0)) * 60))


def ends_at(begun: datetime) -> datetime:
    """From this instant on nothing is taken any more."""
    return begun + LASTS


def is_late(begun: datetime, hour: Decimal | None, told_at: datetime) -> bool:
    """Whether a line was said long after the hour it is about. What was before is never late."""
    return hour is not None and told_at > begun + after(hour) + LATE


@dataclass(frozen=True)
class Hour:
    """One line on the phone. `at` is when it is; `is_open` whether it may be written now.

    `is_late` says that writing it now would be late.
    """

    hour: Decimal | None
    at: datetime
    is_open: bool
    is_late: bool

    @property
    def key(self) -> str:
        """What it is called in an address."""
        return line_name(self.hour)

    @property
    def whole(self) -> int:
        """Whole hours after the block."""
        return int(self.hour or 0)


def lines(begun: datetime, now: datetime) -> list[Hour]:
    """All lines of the diary, the one before the block first."""
    over = now >= ends_at(begun)
    return [
        Hour(
            hour,
            at=begun + after(hour),
            is_open=not over and now >= begun + after(hour) - EARLY,
            is_late=is_late(begun, hour, now),
        )
        for hour in (None, *DIARY_HOURS)
    ]


def asked_line(begun: datetime, answered: Collection[Decimal | None], now: datetime) -> Hour | None:
    """The line that the page asks for: what is due this hour, else the oldest that is open."""
    free = open_lines(begun, answered, now)
    timely = [line for line in free if line.hour is not None and not line.is_late]
    return timely[-1] if timely else next(iter(free), None)


def open_lines(begun: datetime, answered: Collection[Decimal | None], now: datetime) -> list[Hour]:
    """What may be written now and is not."""
    return [line for line in lines(begun, now) if line.is_open and line.hour not in answered]


@dataclass(frozen=True)
class Prompt:
    """An hour that somebody is to be asked for, and from when on that is of no use any more."""

    hour: Decimal
    until: datetime


def prompt_at(
    begun: datetime, answered: Collection[Decimal | None], now: datetime
) -> Prompt | None:
    """What to ask for at this moment: the newest hour that has come, if it is not answered yet.

    Each is asked for until the next one comes, the last until the diary ends.
    """
    come = [hour for hour in DIARY_HOURS if now >= begun + after(hour)]
    if not come or now >= ends_at(begun) or come[-1] in answered:
        return None
    later = DIARY_HOURS[len(come) :]
    until = begun + after(later[0]) if later else ends_at(begun)
    return Prompt(come[-1], until)


def prompt_key(block: int, hour: Decimal) -> str:
    """What names the message that asks for an hour of a block, so that it is written once."""
    return f"block-diary:{block}:{line_name(hour)}"
