"""`prerequisite` by outcome: how well what came before must have gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules.facts import Done, Evidence, Facts, Proposal, Scored
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


@dataclass(frozen=True)
class RepeatAfterRelief(Look):
    """A repeat needs a last session that helped by `relief` for at least `lasting`.

    The first of its kind needs nothing. Relief lasted if an answer on or after that day still tells
    it, on the instrument of the baseline; `instruments` narrows which answers are asked. With
    `since`, only that many of them before begin to ask for it. Before
    that day nothing can have lasted; from it on, an answer that is not there is missing.
    """

    which: Which
    relief: Decimal
    lasting: Span
    instruments: frozenset[str] = frozenset()
    since: int = 1

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        before = done_before(found, on, None)
        if not before:
            return self._unplaced(found)
        if len(before) + len(found.undated) < self.since:
            return None
        last = max(before)
        rows = before[last]
        answers = self._answers(facts, rows, on)
        evidence = (*(row.evidence for row in rows), *(_answered(score) for score in answers))
        due = self.lasting.after(last)
        unclear = tuple(
            f"{row.label}: not known where or for what" for row in rows if last not in found.certain
        )
        if on < due:
            because = f"{self.lasting} after the last one are not over before {due}"
            return Objection(because=because, evidence=evidence, missing=unclear)
        late = [score.percent_relief for score in answers if score.on >= due]
        if any(told >= self.relief for told in late if told is not None):
            return None
        return Objection(
            because=f"not {self.relief.normalize():f} % relief for {self.lasting}",
            evidence=evidence,
            missing=unclear if late else (f"how much it helped after {self.lasting}", *unclear),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each has had its time; and when each, or an answer about it, has come before."""
        for done in facts.done:
            if done.on:
                yield done.on + _DAY
                if self.lasting.may_reach(done.on, on):
                    yield self.lasting.after(done.on)
        yield from (score.on for score in facts.scores)

    def _unplaced(self, found: Sessions) -> Objection | None:
        if not found.undated:
            return None
        return Objection(
            because=f"perhaps not {self.relief.normalize():f} % relief for {self.lasting}",
            evidence=tuple(done.evidence for done in found.undated),
            missing=tuple(f"{done.label}: not known when" for done in found.undated),
        )

    def _answers(self, facts: Facts, rows: Iterable[Done], on: date) -> list[Scored]:
        return [
            score
            for score in _scores_about(facts, rows, on)
            if not self.instruments or score.instrument in self.instruments
        ]


def best_relief(facts: Facts, rows: Iterable[Done], on: date) -> Decimal | None:
    """The best relief that answers about these procedures tell, in per cent; None if none does."""
    told = [s.percent_relief for s in _scores_about(facts, rows, on)]
    return max((relief for relief in told if relief is not None), default=None)


def _scores_about(facts: Facts, rows: Iterable[Done], on: date) -> list[Scored]:
    keys = {row.key for row in rows}
    return [
        score
        for score in facts.scores
        if score.procedure in keys and score.percent_relief is not None and score.on <= on
    ]


def _answered(score: Scored) -> Evidence:
    return Evidence(
        "response", score.key, f"{score.instrument}: {score.percent_relief} %", score.on
    )
