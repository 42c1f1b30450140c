"""`monitoring`: what must be measured, certified or reported while something goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from treatments.domain.rules.facts import Cared, Evidence, Facts, Proposal
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span
from treatments.domain.rules.words import MARKS, MEASUREMENTS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """From `after` on, counted from the start, it weighs this much that it is not done."""

    after: Span
    severity: Severity


@dataclass(frozen=True)
class Running:
    """Something that goes on: since when, until when (None: still), and how it reads."""

    evidence: Evidence
    start: date | None
    end: date | None = None
    course: Cared | None = None


@dataclass(frozen=True)
class DueAfter(Look):
    """Something is due after a start: of a medicine, of a course, of a procedure.

    What starts the clock is a medicine of `taken_classes`, a course of `families`, or a procedure
    of `after`. What stops it is a measurement of each of `measured`, or a `mark` on the course, no
    earlier than `ahead` before the start. With `every` the clock starts again at the last of them.
    After a procedure, nobody asks any more when `until` is over. If nothing stops the clock, that
    it goes on is what is said.
    """

    due: tuple[Due, ...]
    taken_classes: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    after: Which | None = None
    measured: tuple[str, ...] = ()
    mark: str = ""
    ahead: Span | None = None
    every: bool = False
    until: Span | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The heaviest objection of all that is running on a day, or None."""
        found = [
            objection
            for running in self._running(facts, proposal, on)
            for objection in [self._overdue(running, facts, on)]
            if objection is not None
        ]
        order = list(Severity)
        return min(
            found,
            key=lambda o: (bool(o.missing), order.index(o.severity or Severity.BLOCK)),
            default=None,
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each has ended, and the days of what stops the clock."""
        for running in self._known(facts, proposal):
            if running.end:
                yield running.end + _DAY
            if running.course:
                yield from running.course.marks.get(self.mark, ())
        yield from (row.on for row in facts.measured if row.what in self.measured)
        yield from (done.on for done in facts.done if done.on)

    def _running(self, facts: Facts, proposal: Proposal, on: date) -> list[Running]:
        return [
            running
            for running in self._known(facts, proposal)
            if (running.start or on) <= on and (running.end or on) >= on
        ]

    def _known(self, facts: Facts, proposal: Proposal) -> Iterator[Running]:
        for taken in facts.taken:
            if self.taken_classes & taken.classes:
                evidence = Evidence("medication", taken.key, taken.label, taken.start)
                yield Running(evidence, taken.start, taken.end)
        for course in facts.cared:
            if self.families & course.families:
                evidence = Evidence("course", course.key, course.label, course.start)
                yield Running(evidence, _first_visit(course), course.end, course)
        if self.after is not None:
            for done in facts.done:
                if not done.is_booked and self.after.picks(done, proposal) is not False:
                    end = self.until.after(done.on) if self.until and done.on else None
                    yield Running(done.evidence, done.on, end)

    def _overdue(self, running: Running, facts: Facts, on: date) -> Objection | None:
        if running.start is None:
            what = f"{running.evidence.label}: not known since when"
            return Objection(because=what, evidence=(running.evidence,), missing=(what,))
        lacking, since = self._lacking(running, running.start, facts, on)
        reached = [due for due in self.due if on >= due.after.after(since)]
        if not lacking or not reached:
            return None
        order = list(Severity)
        worst = min(reached, key=lambda due: order.index(due.severity))
        return Objection(
            because=f"{running.evidence.label}: {', '.join(lacking)} since {since}",
            evidence=(running.evidence,),
            severity=worst.severity,
        )

    def _lacking(
        self, running: Running, start: date, facts: Facts, on: date
    ) -> tuple[list[str], date]:
        """What is not done, and from when on its time is counted."""
        earliest = self.ahead.before(start) if self.ahead else start
        if not self.measured and not self.mark:
            return ["goes on"], start
        answers = dict(self._answers(running, earliest, facts, on))
        if not self.every:
            return [name for name, day in answers.items() if day is None], start
        known = [day for day in answers.values() if day is not None]
        # The one that was done longest ago is due first.
        oldest = min(known) if known and len(known) == len(answers) else start
        return list(answers), max(oldest, start)

    def _answers(
        self, running: Running, earliest: date, facts: Facts, on: date
    ) -> Iterator[tuple[str, date | None]]:
        """The last day of each thing that stops the clock, or None."""
        for what in self.measured:
            days = [row.on for row in facts.measured if row.what == what]
            yield MEASUREMENTS[what], _last(days, earliest, on)
        if self.mark:
            days = list(running.course.marks.get(self.mark, ())) if running.course else []
            yield MARKS[self.mark], _last(days, earliest, on)


@dataclass(frozen=True)
class VisitStep:
    """From this many visits on, the proposal's included, it weighs this much."""

    visits: int
    severity: Severity


@dataclass(frozen=True)
class DueAfterVisits(Look):
    """A `mark` is due after so many days of treatment, counted from the last one."""

    steps: tuple[VisitStep, ...]
    families: frozenset[str]
    mark: str

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The heaviest objection of all courses, or None."""
        found = [
            objection
            for course in facts.cared
            if self.families & course.families and (course.end or on) >= on
            for objection in [self._overdue(course, on)]
            if objection is not None
        ]
        order = list(Severity)
        return min(found, key=lambda o: order.index(o.severity or Severity.BLOCK), default=None)

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each course has ended, and the days of its marks."""
        for course in facts.cared:
            if course.end:
                yield course.end + _DAY
            yield from course.marks.get(self.mark, ())

    def _overdue(self, course: Cared, on: date) -> Objection | None:
        last = _last(course.marks.get(self.mark, ()), date.min, on)
        visits = {day for day in course.visits if (last or date.min) < day < on}
        if last != on:
            visits.add(on)
        reached = [step for step in self.steps if len(visits) >= step.visits]
        if not reached:
            return None
        order = list(Severity)
        worst = min(reached, key=lambda step: order.index(step.severity))
        return Objection(
            because=f"{len(visits)} days of treatment without: {MARKS[self.mark]}",
            evidence=(Evidence("course", course.key, course.label, course.start),),
            severity=worst.severity,
        )


def _first_visit(course: Cared) -> date | None:
    return min(course.visits, default=course.start)


def _last(days: Iterable[date], earliest: date, on: date) -> date | None:
    return max((day for day in days if earliest <= day <= on), default=None)
