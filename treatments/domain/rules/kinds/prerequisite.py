"""`prerequisite`: what must have come before, and how well it must have gone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treatments.domain.rules.facts import Done, Evidence, Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.sessions import Which, sessions_of
from treatments.domain.rules.spans import Span


@dataclass(frozen=True)
class PriorResponses:
    """At least `count` sessions of `which`, `apart` from one another, each with enough relief.

    Relief is the best per cent that an answer about the session tells, on one instrument. A session
    without such an answer is named as missing.
    """

    which: Which
    count: int
    relief: Decimal
    apart: Span | None = None
    within: Span | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        days = [day for day in sorted(found.certain) if day < on and self._is_recent(day, on)]
        good, unknown, evidence = [], [], []
        for day in days:
            best = best_relief(facts, found.certain[day])
            evidence += [done.evidence for done in found.certain[day] if not done.is_booked]
            if best is None:
                unknown += [f"{done.label}: relief" for done in found.certain[day]]
            elif best >= self.relief:
                good.append(day)
        if self._enough(good):
            return None
        return Objection(
            because=f"{len(good)} of {self.count} with at least {self.relief.normalize():f} % relief",
            evidence=tuple(evidence),
            missing=tuple(unknown) if self._enough(days) else (),
        )

    def _is_recent(self, day: date, on: date) -> bool:
        return self.within is None or day > self.within.before(on)

    def _enough(self, days: list[date]) -> bool:
        taken: list[date] = []
        for day in days:
            if not taken or self.apart is None or day >= self.apart.after(taken[-1]):
                taken.append(day)
        return len(taken) >= self.count


@dataclass(frozen=True)
class RepeatAfterRelief:
    """A repeat needs a last session that helped by `relief` for at least `lasting`.

    The first of its kind needs nothing. Relief lasted if an answer on or after that day still tells
    it, on the instrument of the baseline.
    """

    which: Which
    relief: Decimal
    lasting: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        before = [day for day in found.certain if day < on]
        if not before:
            return None
        last = max(before)
        done = found.certain[last]
        keys = {row.key for row in done}
        answers = [s for s in facts.scores if s.procedure in keys and s.percent_relief is not None]
        evidence = (
            *(row.evidence for row in done),
            *(
                Evidence("response", s.key, f"{s.instrument}: {s.percent_relief} %", s.on)
                for s in answers
            ),
        )
        late = [s for s in answers if s.on >= self.lasting.after(last)]
        if any(s.percent_relief >= self.relief for s in late if s.percent_relief is not None):
            return None
        due = self.lasting.after(last)
        if on < due:
            return Objection(
                because=f"{self.lasting} are not over yet", evidence=evidence, clears_on=None
            )
        missing = () if late else (f"how much it helped after {self.lasting}",)
        return Objection(
            because=f"less than {self.relief.normalize():f} % relief for {self.lasting}",
            evidence=evidence,
            missing=missing,
        )


@dataclass(frozen=True)
class ConservativeCare:
    """So many weeks of conservative care before, in one course or in several, each day once."""

    least: Span
    within: Span | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
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
        needed = (self.least.after(on) - on).days
        if days >= needed:
            return None
        undated = tuple(f"{c.label}: not known since when" for c in facts.cared if c.start is None)
        return Objection(
            because=f"{days} of {needed} days of conservative care",
            evidence=tuple(Evidence("course", c.key, c.label, c.start) for c in facts.cared),
            missing=undated,
        )


def best_relief(facts: Facts, rows: list[Done]) -> Decimal | None:
    """The best relief that answers about these procedures tell, in per cent; None if none does."""
    keys = {row.key for row in rows}
    told = [
        s.percent_relief
        for s in facts.scores
        if s.procedure in keys and s.percent_relief is not None
    ]
    return max(told, default=None)
