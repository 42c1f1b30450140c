"""`prerequisite` by outcome: how well what came before must have gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules.facts import Done, Facts, Proposal, Scored
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Sessions, Which, done_before, sessions_of
from treatments.domain.rules.spans import Span

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PriorResponses(Look):
    """At least `count` sessions of `which`, `apart` from one another, each with enough relief.

    Relief is the best per cent that an answer about the session tells, on one instrument. What
    could be enough, if only more were known of it, is named as missing. With `not_the_first` the
    first of its kind needs nothing.
    """

    which: Which
    count: int
    relief: Decimal
    apart: Span | None = None
    within: Span | None = None
    not_the_first: bool = False

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        rows = done_before(found, on, self.within)
        if self.not_the_first and not rows and not found.undated:
            return None
        good = [day for day in rows if self._relieved(facts, found.certain.get(day, ()), on)]
        if self._reach(good) >= self.count:
            return None
        unknown = {
            day: [done for done in rows[day] if self._may_have_helped(facts, done, found, on)]
            for day in rows
            if day not in good
        }
        perhaps = sorted([*good, *(day for day, unclear in unknown.items() if unclear)])
        may_be = self._reach(perhaps) + len(found.undated) >= self.count
        missing = [f"{done.label}: relief" for unclear in unknown.values() for done in unclear]
        missing += [f"{done.label}: not known when" for done in found.undated]
        wanted = f"{self.relief.normalize():f}"
        return Objection(
            because=f"{len(good)} of {self.count} with at least {wanted} % relief",
            evidence=tuple(
                done.evidence for day in rows for done in rows[day] if not done.is_booked
            ),
            missing=tuple(missing) if may_be else (),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day after each: then it has come before. With `within`, when it is too long ago."""
        for done in facts.done:
            if done.on:
                yield done.on + _DAY
                if self.within and self.within.may_reach(done.on, on):
                    yield self.within.first_day_free_of(done.on)

    def _relieved(self, facts: Facts, rows: Iterable[Done], on: date) -> bool:
        best = best_relief(facts, rows, on)
        return best is not None and best >= self.relief

    def _may_have_helped(self, facts: Facts, done: Done, found: Sessions, on: date) -> bool:
        best = best_relief(facts, [done], on)
        return best is None or best >= self.relief

    def _reach(self, days: Iterable[date]) -> int:
        """How many of these days are far enough apart, taking the earliest first."""
        last: date | None = None
        number = 0
        for day in sorted(days):
            if last is None or self.apart is None or day >= self.apart.after(last):
                last, number = day, number + 1
        return number


def best_relief(facts: Facts, rows: Iterable[Done], on: date) -> Decimal | None:
    """The best relief that answers about these procedures tell, in per cent; None if none does."""
    told = [s.percent_relief for s in scores_about(facts, rows, on)]
    return max((relief for relief in told if relief is not None), default=None)


def scores_about(facts: Facts, rows: Iterable[Done], on: date) -> list[Scored]:
    """The answers up to a day about these procedures that tell how much one of them helped."""
    keys = {row.key for row in rows}
    return [
        score
        for score in facts.scores
        if score.procedure in keys and score.percent_relief is not None and score.on <= on
    ]
