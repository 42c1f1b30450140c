"""A course of visits: how many are left, when its plan must be certified and reported on anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

# Clinical rules, section 4: a progress report at least every 10 treatment days.
REPORT_EVERY = 10
# And a plan certified anew after at most 90 days.
LONGEST_CERTIFICATION = timedelta(days=90)
CERTIFICATION_WARNING = timedelta(days=10)
REPORT_WARNING = REPORT_EVERY - 1


@dataclass(frozen=True)
class Attended:
    """A visit that took place, on a local day; whether a progress report was written in it."""

    day: date
    is_report: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a course of visits stands.

    `authorized` is what may be used on the day asked, and `spent` how much of that is gone; None
    if nobody said how many are authorized. `since_report` counts treatment days after the last
    progress report, each day once.
    """

    used: int
    planned: int
    authorized: int | None
    spent: int
    since_report: int
    certified_until: date | None

    @property
    def left(self) -> int | None:
        """How many authorized visits are left; never less than none."""
        return None if self.authorized is None else max(0, self.authorized - self.spent)

    @property
    def is_used_up(self) -> bool:
        """Whether nothing that was authorized is left."""
        return self.left == 0

    @property
    def report_is_due(self) -> bool:
        """Whether the next visit needs a progress report, or an earlier one already did."""
        return self.since_report >= REPORT_WARNING

    def certification_in(self, today: date) -> int | None:
        """How many days the certified plan still holds; negative if it has run out."""
        return None if self.certified_until is None else (self.certified_until - today).days

    def certification_ends_soon(self, today: date) -> bool:
        """Whether the plan has to be certified anew now."""
        days = self.certification_in(today)
        return days is not None and days <= CERTIFICATION_WARNING.days


def since_report(visits: Iterable[Attended]) -> int:
    """On how many days the person was treated after the last progress report."""
    attended = list(visits)
    last = max((visit.day for visit in attended if visit.is_report), default=None)
    return len({visit.day for visit in attended if last is None or visit.day > last})


def standing(
    visits: Iterable[Attended],
    *,
    planned: int,
    authorized: int | None,
    spent: int | None = None,
    certified_until: date | None,
) -> Standing:
    """Where a course stands, counted from the visits that took place.

    Without `spent` each of them is one of the authorized ones.
    """
    attended = list(visits)
    used = len(attended)
    gone = used if spent is None else spent
    return Standing(used, planned, authorized, gone, since_report(attended), certified_until)
