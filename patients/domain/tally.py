"""Counting what became of the rows of an import."""

from collections import Counter
from enum import StrEnum


class Outcome(StrEnum):
    """What an import did with one resource."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # the source does not stand by it, and it was never here
    REMOVED = "removed"  # the source no longer stands by it, and it was here
    REFUSED = "refused"


# How many resources of a type met which outcome.
Tally = Counter[tuple[str, Outcome]]
