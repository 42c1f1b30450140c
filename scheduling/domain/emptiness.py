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
    NEVER_TOGETHER = "never_together"
    PATIENT_BUSY = "patient_busy"
    NOT_AT_THAT_HOUR = "not_at_that_hour"


@dataclass(frozen=True)
class NothingFree:
    """One reason; `missing` names the room or machine that is lacking, if it is one."""

    reason: Reason
    sentence: str
    missing: str = ""


@dataclass(frozen=True)
class NeedSteps:
    """How many resources get how far for one need of a visit type, in the time asked about.

    `known` could fill it, `site_open` are at a site that opens, `present` are there themselves,
    `free` have any time, and `fitting` have enough of it.
    """

    kind: str
    what: str
    count: int
    known: int
    site_open: int
    present: int
    free: int
    fitting: int


def explain(needs: Sequence[NeedSteps], minutes: int) -> NothingFree | None:
    """The first thing that stands in the way of all; None if each need by itself could be met."""
    for need in needs:
        if need.known < need.count:
            what = need.what.lower() if need.kind == "clinician" else need.what
            return NothingFree(Reason.NONE_HERE, f"Nobody and nothing here is: {what}.", need.what)
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
        words = "No clinician who does this works then." if is_clinician else f"No {missing} then."
        return NothingFree(Reason.AWAY, words, missing)
    if need.free < need.count:
        words = "Everybody is fully booked." if is_clinician else f"No {missing} is free."
        return NothingFree(Reason.FULL, words, missing)
    if need.fitting < need.count:
        words = "No gap is that long" if is_clinician else f"No {missing} is free that long"
        return NothingFree(Reason.NO_GAP, f"{words} ({minutes} minutes).", missing)
    return None
