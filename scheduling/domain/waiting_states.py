"""How somebody leaves the waitlist: the states of an entry, and the one table of what ends it.

The diagram in `docs/architecture.md` is drawn from this table, and a test compares the two.
"""

from collections.abc import Mapping
from enum import StrEnum

WAITING = "waiting"


class Ending(StrEnum):
    """What ends the waiting."""

    ACCEPT = "accept"
    BOOK = "book"
    TAKE_OFF = "take_off"
    LAPSE = "lapse"


# Every ending leads out of `WAITING`, and nothing leads back: who waits again is a new entry.
ENDINGS: Mapping[Ending, str] = {
    # They said yes to an offer.
    Ending.ACCEPT: "booked",
    # They got such a visit within their days in any other way: booked, moved, walked in.
    Ending.BOOK: "booked",
    # The desk took them off.
    Ending.TAKE_OFF: "withdrawn",
    # Their last day has passed.
    Ending.LAPSE: "lapsed",
}


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {WAITING}"]
    lines += [f"    {WAITING} --> {target}: {ending}" for ending, target in ENDINGS.items()]
    ends = dict.fromkeys(ENDINGS.values())
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends)])
