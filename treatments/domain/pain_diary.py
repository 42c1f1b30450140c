"""The diary of somebody's own pain: one line a day, and which days may be written.

Words for what is kept here stand with the form: this is what the words mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LEAST, MOST = 0, 10
LONGEST_NOTE = 1000


class Took(StrEnum):
    """What somebody took or did against their pain."""

    ACETAMINOPHEN = "acetaminophen"
    ANTI_INFLAMMATORY = "anti_inflammatory"
    PRESCRIBED = "prescribed"
    ON_SKIN = "on_skin"
    HEAT_OR_COLD = "heat_or_cold"
    OTHER = "other"


class Activity(StrEnum):
    """How active somebody was, beside what is usual for them."""

    RESTED = "rested"
    LITTLE = "little"
    USUAL = "usual"
    MORE = "more"


class Strength(StrEnum):
    """How strong pain is, as a word and a colour: 0, 1 to 3, 4 to 6, 7 to 10."""

    NONE = "none"
    MILD = "mild"
    MEDIUM = "medium"
    STRONG = "strong"


@dataclass(frozen=True)
class PainDay:
    """What somebody says about one day. `nrs` is their pain, 0 to 10."""

    nrs: int
    took: tuple[str, ...] = ()
    activity: str = ""
    note: str = ""


def strength(nrs: int) -> Strength:
    """The word for a number."""
    if nrs <= LEAST:
        return Strength.NONE
    if nrs <= 3:
        return Strength.MILD
    return Strength.MEDIUM if nrs <= 6 else Strength.STRONG


def open_days(today: date) -> tuple[date, date]:
    """The days that may be begun: today and, for whoever forgot, yesterday."""
    return today, today - timedelta(days=1)


def may_change(day: date, written_on: date | None, today: date) -> bool:
    """Whether a day may be written today: it is open, and what stands there is from today.

    `written_on` is the day on which its line was written, None if there is none yet.
    """
    return day in open_days(today) and written_on in {None, today}


def in_order(took: Iterable[str]) -> list[str]:
    """What was taken, each once, in the order of the form."""
    chosen = set(took)
    return [one.value for one in Took if one.value in chosen]
