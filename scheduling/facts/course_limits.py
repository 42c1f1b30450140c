"""What the clinical rules leave of a course that is proposed: each visit counts those before it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduling.domain.course_plan import Course
from scheduling.domain.slots import Slot
from scheduling.facts.limits import planned_as
from treatments.facts.assess import Assessment

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stopped:
    """A day of a course that is one too many, and until when (None: waiting does not help).

    `message` is for the desk.
    """

    day: date
    until: date | None
    message: str

    def covers(self, day: date) -> bool:
        """Whether a day is ruled out by it."""
        return day >= self.day and (self.until is None or day < self.until)

    def overlaps(self, first: date, last: date) -> bool:
        """Whether any day from the first to the last is ruled out by it."""
        return self.day <= last and (self.until is None or first < self.until)

    @property
    def words(self) -> str:
        """What stops it, and what helps."""
        if self.until is None:
            return f"{self.message} Waiting does not help: ask a physician."
        until = f"{self.until:%A, %B} {self.until.day}, {self.until.year}"
        return f"{self.message} The earliest day for one more is {until}."


@dataclass(frozen=True)
class Limited:
    """What is left of the free times, and what was ruled out; `asked` is None without rules."""

    slots: Sequence[Slot]
    zone: ZoneInfo
    asked: Assessment | None
    standing: Sequence[date] = ()
    stopped: list[Stopped] = field(default_factory=list)

    def why(self, first: date, last: date) -> str:
        """What rules out a day between two, or ""."""
        found = (one for one in self.stopped if one.overlaps(first, last))
        return next((one.message for one in found), "")

    def day_of(self, slot: Slot) -> date:
        """The local day of a time."""
        return slot.start_at.astimezone(self.zone).date()

    def without(self, stopped: Stopped) -> "Limited":
        """The same without the days that are ruled out."""
        left = [slot for slot in self.slots if not stopped.covers(self.day_of(slot))]
        return replace(self, slots=left, stopped=[*self.stopped, stopped])

    def first_stopped(self, days: Iterable[date]) -> Stopped | None:
        """The first of these days on which those before it leave no room for another visit."""
        if self.asked is None:
            return None
        asked = _with(self.asked, self.standing)
        for day in sorted(days):
            blocks = asked.blocks(day)
            if blocks:
                return Stopped(day, asked.earliest(day).on, blocks[0].desk_message)
            asked = _with(asked, [day])
        return None

    def after(self, days: Sequence[date]) -> str:
        """Why no visit follows these, and when one could, in words; "" if no rule is in the way."""
        if self.asked is None or not self.stopped:
            return ""
        asked = _with(self.asked, [*self.standing, *days])
        last = self.stopped[-1]
        # On the last day itself one more would be the same session.
        following = max(days, default=last.day - _DAY) + _DAY
        return replace(last, until=asked.earliest(following).on).words


def within_limits(
    limited: Limited, count: int, propose: Callable[[Sequence[Slot], int], Course]
) -> tuple[Course, Limited]:
    """A course of which no visit is one too many, and what was ruled out on the way to it.

    Where one visit leaves no room for the next, the next is looked for later; where there is no
    later, the course ends there, and the others stay as they were.
    """
    course, most = propose(limited.slots, count), count
    while stopped := limited.first_stopped(visit.day for visit in course.visits):
        left = limited.without(stopped)
        if any(left.day_of(slot) > stopped.day for slot in left.slots):
            limited = left
        else:
            most = sum(visit.day < stopped.day for visit in course.visits)
            limited = replace(limited, stopped=[*limited.stopped, stopped])
        course = propose(limited.slots, most) if most else Course(())
    return replace(course, unplaced=count - len(course.visits)), limited


def without_too_many(limited: Limited, days: Sequence[date]) -> Limited:
    """What is left if somebody chose these days: those that are one too many are not free."""
    left = list(days)
    while stopped := limited.first_stopped(left):
        limited = limited.without(stopped)
        left.remove(stopped.day)
    return limited


def _with(asked: Assessment, days: Iterable[date]) -> Assessment:
    more = tuple(planned_as(asked.proposal, f"on-{day}", "Proposed visit", day) for day in days)
    facts = replace(asked.facts, done=(*asked.facts.done, *more))
    return Assessment(facts, asked.proposal, asked.known)
