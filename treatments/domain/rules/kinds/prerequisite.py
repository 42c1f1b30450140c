"""`prerequisite`: what must have come before, and how long ago."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from treatments.domain.rules.facts import Done, Evidence, Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Which, done_before, sessions_of
from treatments.domain.rules.spans import Span
from treatments.domain.rules.words import EVENTS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ConservativeCare(Look):
    """So many days of conservative care before, in one course or in several, each day once.

    A course that has not ended is taken to go on. `within` looks back no further. Days are added
    up, so a month of care is 30 of them, whichever months they lie in.
    """

    least: Span
    within: Span | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        days, needed = self._days(facts, on), self._needed
        if days >= needed:
            return None
        missing = tuple(f"{c.label}: not known since when" for c in facts.cared if c.start is None)
        if not facts.cared:
            # Nobody wrote any down, which does not say that there was none.
            missing = ("conservative care",)
        return Objection(
            because=f"{days} of {needed} days of conservative care",
            evidence=tuple(Evidence("course", c.key, c.label, c.start) for c in facts.cared),
            missing=missing,
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """Each of the days on which running care may have become enough."""
        for course in facts.cared:
            if course.start is None or (course.end is not None and course.end <= on):
                continue
            first = max(on, course.start)
            yield from (first + timedelta(days=number) for number in range(self._longest))

    @property
    def _longest(self) -> int:
        """In so many days care that goes on is enough, or never.

        A window of a month has 28 to 31 of them: the next but one may hold what this one does not.
        """
        return self._needed + (4 if self.within is None else 70)

    @property
    def _needed(self) -> int:
        return 30 * self.least.months + self.least.days

    def _days(self, facts: Facts, on: date) -> int:
        begin = self.within.before(on) if self.within else date.min
        spans = sorted(
            (max(c.start, begin), min(c.end or on, on))
            for c in facts.cared
            if c.start is not None and c.start <= on and (c.end or on) >= begin
        )
        days, reached = 0, date.min
        for start, end in spans:
            first = max(start, reached)
            if end > first:
                days += (end - first).days
                reached = end
        return days


@dataclass(frozen=True)
class Elapsed(Look):
    """`least` must have passed since an event, and no more than `most`.

    If it is not known when the event was, that is said, unless `is_needed` is false: then nothing
    has happened that anybody knows of.
    """

    event: str
    least: Span | None = None
    most: Span | None = None
    is_needed: bool = True

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        day, label = facts.since.get(self.event), EVENTS[self.event]
        if day is None:
            return Objection(because=label, missing=(label,)) if self.is_needed else None
        evidence = (Evidence("event", self.event, label, day),)
        if self.least and on < self.least.after(day):
            return Objection(because=f"{label}: less than {self.least} ago", evidence=evidence)
        if self.most and on > self.most.after(day):
            return Objection(because=f"{label}: more than {self.most} ago", evidence=evidence)
        return None

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When enough time has passed."""
        day = facts.since.get(self.event)
        return (self.least.after(day),) if day and self.least else ()


@dataclass(frozen=True)
class OneAtATime(Look):
    """No other one is booked: what comes next is decided when it is known how the last one did."""

    which: Which

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        sure, maybe = _booked(found.certain, on), _booked(found.possible, on)
        if not sure and not maybe:
            return None
        return Objection(
            because="another one is booked",
            evidence=tuple(done.evidence for done in (*sure, *maybe)),
            missing=()
            if sure
            else tuple(f"{done.label}: not known where or for what" for done in maybe),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day of the other one: what is done on the same day is one session."""
        return (done.on for done in facts.done if done.is_booked and done.on)


@dataclass(frozen=True)
class RenewedAfter(Look):
    """If the last session of `which` is older than `span`, `again` must have been done since."""

    which: Which
    again: Which
    span: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        before = done_before(sessions_of(facts, proposal, self.which), on, None)
        if not before or on <= self.span.after(max(before)):
            return None
        since = self.span.after(max(before))
        renewed = sessions_of(facts, proposal, self.again)
        if any(since < day < on for day in renewed.certain):
            return None
        unclear = [d for day, rows in renewed.possible.items() if since < day < on for d in rows]
        return Objection(
            because=f"the last one is more than {self.span} ago",
            evidence=tuple(done.evidence for done in before[max(before)]),
            missing=tuple(
                f"{done.label}: not known where or when" for done in (*unclear, *renewed.undated)
            ),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day after each."""
        return (done.on + _DAY for done in facts.done if done.on)


def _booked(found: Mapping[date, list[Done]], on: date) -> list[Done]:
    return [done for day, rows in found.items() if day != on for done in rows if done.is_booked]
