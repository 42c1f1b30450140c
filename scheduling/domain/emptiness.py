"""Why no time is free: a code for programs, and a sentence that can be read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What stands in the way of every start that was asked about."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    NONE_HERE = "none_here"
    AWAY = "away"
    FULL = "full"
    NO_GAP = "no_gap_that_long"
    NO_START = "no_start_then"
    NEVER_TOGETHER = "never_together"
    PATIENT_BUSY = "patient_busy"
    NOT_AT_THAT_HOUR = "not_at_that_hour"
    NOT_BY_RULES = "not_by_rules"


# More of them are not named one by one.
MOST_NAMES = 3


@dataclass(frozen=True)
class NothingFree:
    """One reason; `missing` names the room or machine that is lacking, if it is one."""

    reason: Reason
    sentence: str
    missing: str = ""


STOPPED_BY_RULES = NothingFree(
    Reason.NOT_BY_RULES, "There are free times, but a rule does not allow this visit then."
)


@dataclass(frozen=True)
class NeedSteps:
    """How many resources get how far for one need of a visit type, in the time asked about.

    `known` could fill it, `site_open` are at a site that opens, `present` are there themselves,
    `free` have any time, and `fitting` have enough of it. `names` are those that are known.
    """

    kind: str
    what: str
    count: int
    known: int
    site_open: int
    present: int
    free: int
    fitting: int
    names: Sequence[str] = ()


def explain(needs: Sequence[NeedSteps], minutes: int) -> NothingFree | None:
    """The first thing that stands in the way of all; None if each need by itself could be met."""
    for need in needs:
        if need.known < need.count:
            words = (
                f"Nobody here does this: {need.what.lower()}."
                if need.kind == "clinician"
                else f"There is {_none(need).lower()} here."
            )
            return NothingFree(Reason.NONE_HERE, words, need.what)
    if any(need.site_open == 0 for need in needs):
        return NothingFree(Reason.CLOSED, "The clinic is closed then.")
    for need in needs:
        found = _shortage(need, minutes)
        if found:
            return found
    return None


def _shortage(need: NeedSteps, minutes: int) -> NothingFree | None:
    is_clinician = need.kind == "clinician"
    missing = "" if is_clinician else need.what
    if need.present < need.count:
        words = "No clinician who does this works then." if is_clinician else _say(need, "away")
        return NothingFree(Reason.AWAY, words, missing)
    if need.free < need.count:
        words = "Everybody is fully booked." if is_clinician else _say(need, "taken")
        return NothingFree(Reason.FULL, words, missing)
    if need.fitting < need.count:
        long = f"that long ({minutes} minutes)"
        words = f"No gap is {long}." if is_clinician else f"{_none(need)} is free {long}."
        return NothingFree(Reason.NO_GAP, words, missing)
    return None


def _say(need: NeedSteps, state: str) -> str:
    """That none is to be had, and for a few of them by name what has become of them."""
    words = f"{_none(need)} is free then"
    if not 1 <= len(need.names) <= MOST_NAMES:
        return f"{words}."
    are = "is" if len(need.names) == 1 else "are"
    return f"{words}: {' and '.join(need.names)} {are} {state}."


def _none(need: NeedSteps) -> str:
    """That there is none of them, in plain words: "No machine for fluoroscopy"."""
    thing, what = ("room" if need.kind == "room" else "machine"), need.what.lower()
    if not what:
        return f"No {thing}"
    return f"No {what}" if thing in what else f"No {thing} for {what}"
