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
class Together:
    """Marks of a course that do together: each no earlier than the one before it.

    The last one is there at most `within` after the start; later is as if it were not.
    """

    marks: tuple[str, ...]
    within: Span

    def lacking(self, course: Cared, start: date, on: date) -> list[str]:
        """Which of them are not there on a day, as they are read."""
        latest, since = self.within.after(start), date.min
        lacking = []
        for mark in self.marks:
            days = [day for day in course.marks.get(mark, ()) if since <= day <= min(on, latest)]
            if days:
                since = min(days)
            else:
                lacking.append(f"{MARKS[mark]} by {latest}")
        return lacking


@dataclass(frozen=True)
class DueAfter(Look):
    """Something is due after a start: of a medicine, of a course, of a procedure.

    What starts the clock is a medicine of `taken_classes`, a course of `families` (only one that
    has the mark `having`, if that is named), or a procedure of `after`. What stops it is a
    measurement of each of `measured`, no earlier than `ahead` before the start, or a `mark` on the
    course, however early; or, in their place, all of `together`. With `every` the clock starts
    again at the last of them. After a procedure, nobody asks any more when `until` is over. If
    nothing stops the clock, that it goes on is what is said.
    """

    due: tuple[Due, ...]
    taken_classes: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    after: Which | None = None
    measured: tuple[str, ...] = ()
    having: str = ""
    mark: str = ""
    together: Together | None = None
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
                for mark in (self.mark, *(self.together.marks if self.together else ())):
                    yield from running.course.marks.get(mark, ())
        yield from (row.on for row in facts.measured if row.what in self.measured)
        yield from (done.on for done in facts.done if done.on)

    def _running(self, facts: Facts, proposal: Proposal, on: date) -> list[Running]:
        return [
            running
            for running in self._known(facts, proposal)
            if (running.start or on) <= on <= (running.end or on) and self._is_asked(running, on)
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

    def _is_asked(self, running: Running, on: date) -> bool:
        if not self.having:
            return True
        marks = running.course.marks if running.course else {}
        return _last(marks.get(self.having, ()), date.min, on) is not None

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
            because=f"{running.evidence.label}: since {since} {lacking}",
            evidence=(running.evidence,),
            severity=worst.severity,
        )

    def _lacking(self, running: Running, start: date, facts: Facts, on: date) -> tuple[str, date]:
        """What is not done, "" if all is, and from when on its time is counted."""
        if not self.measured and not self.mark and not self.together:
            return "it goes on", start
        answers = dict(self._answers(running, start, facts, on))
        if self.every:
            known = [day for day in answers.values() if day is not None]
            # The one that was done longest ago is due first.
            oldest = min(known) if len(known) == len(answers) else start
            return f"without: {', '.join(answers)}", max(oldest, start)
        ways = [[name for name, day in answers.items() if day is None]] if answers else []
        if self.together and running.course:
            ways.append(self.together.lacking(running.course, start, on))
        told = " or, in its place, ".join(", ".join(way) for way in ways)
        return f"without: {told}" if all(ways) else "", start

    def _answers(
        self, running: Running, start: date, facts: Facts, on: date
    ) -> Iterator[tuple[str, date | None]]:
        """The last day of each thing that stops the clock, or None."""
        earliest = self.ahead.before(start) if self.ahead else start
        for what in self.measured:
            days = [row.on for row in facts.measured if row.what == what]
            yield MEASUREMENTS[what], _last(days, earliest, on)
        if self.mark:
            days = list(running.course.marks.get(self.mark, ())) if running.course else []
            yield MARKS[self.mark], _last(days, date.min, on)


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
