"""A week of opening hours as people write it: "8:00 AM–12:00 PM, 1 PM–5 PM"."""

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import NamedTuple

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?", re.I)
_BETWEEN = re.compile(r"\s*(?:[-–—]|\bto\b|\buntil\b)\s*", re.I)
SHAPE = "Write it like 8:00 AM–12:00 PM, 1:00 PM–5:00 PM."


class Stretch(NamedTuple):
    """Open on this ISO weekday (1 is Monday) from `opens` to `closes`, by the wall clock."""

    weekday: int
    opens: time
    closes: time


def read_stretches(text: str) -> list[tuple[time, time]]:
    """The stretches of one day in order; none for an empty text.

    Raises `ValueError` with a sentence for what cannot be meant, or overlaps.
    """
    parts = [part.strip() for part in re.split(r"[,;]|\band\b", text) if part.strip()]
    found = sorted(_stretch(part) for part in parts)
    for (_, closes), (opens, _) in pairwise(found):
        if opens < closes:
            raise ValueError("Two of these stretches overlap.")
    return found


def write_stretches(stretches: Iterable[tuple[time, time]]) -> str:
    """The inverse of `read_stretches`."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in sorted(stretches))


def first_overlap(week: Iterable[Stretch]) -> Stretch | None:
    """A stretch that begins before another one of its day has ended, if there is one."""
    ordered = sorted(week)
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.opens < one.closes:
            return other
    return None


def _stretch(text: str) -> tuple[time, time]:
    sides = _BETWEEN.split(text)
    if len(sides) != 2:
        raise ValueError(f"“{text}” is not a stretch of a day. {SHAPE}")
    opens, closes = _read_clock(sides[0]), _read_clock(sides[1])
    if closes <= opens:
        raise ValueError(f"“{text}” ends before it begins. Say AM or PM if you mean the afternoon.")
    return opens, closes


def _read_clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"“{text}” is not a time. {SHAPE}")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"“{text}” is not a time. {SHAPE}")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text}” is not a time. {SHAPE}")
    return time(hour, minute)


def _clock(clock: time) -> str:
    half = "AM" if clock.hour < 12 else "PM"
    return f"{clock.hour % 12 or 12}:{clock.minute:02} {half}"
