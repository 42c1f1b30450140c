"""`frequency_cap`: no more than so many sessions in a rolling window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Sessions, Which, rows, sessions_of, wherever
from treatments.domain.rules.spans import Span


@dataclass(frozen=True)
class FrequencyCap(Look):
    """At most `most` sessions of `which` in every window of `span`, the proposal's included.

    Sessions that are booked later count as well: a visit that is put before them must not make one
    of them too many.
    """

    which: Which
    most: int
    span: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        return wherever(proposal, self.which, lambda asked: self._here(facts, asked, on))

    def _here(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        found = sessions_of(facts, proposal, self.which, with_unrecognized=True)
        days = set(found.certain)
        over = self._window_too_full(days, on)
        if over is not None:
            return self._objection(found, over)
        possible = days | set(found.possible)
        over = self._window_too_full(possible, on)
        if over is not None:
            missing = tuple(
                f"{done.label}: not known where or for what"
                for done in rows(found.possible, found.possible)
            )
            return self._objection(found, over, missing)
        if found.undated and self._could_be_too_many(possible, on, len(found.undated)):
            missing = tuple(f"{done.label}: not known when" for done in found.undated)
            window = (self.span.before(on), on)
            return self._objection(found, window, missing)
        return None

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each session falls out of the window; and its own day, which is one session."""
        if self.most:
            for day in {done.on for done in facts.done if done.on}:
                yield day
                if self.span.may_reach(day, on):
                    yield self.span.first_day_free_of(day)

    def _window_too_full(self, days: set[date], on: date) -> tuple[date, date] | None:
        """The first window with the proposal in it that holds too many sessions."""
        every = days | {on}
        for begin, end in self._windows(every, on):
            if sum(begin < day <= end for day in every) > self.most:
                return begin, end
        return None

    def _windows(self, days: set[date], on: date) -> list[tuple[date, date]]:
        """The windows with `on` in them that end on one of these days, the first first."""
        free = self.span.first_day_free_of(on)
        return [(self.span.before(end), end) for end in sorted(days) if on <= end < free]

    def _could_be_too_many(self, days: set[date], on: date, unknown: int) -> bool:
        every = days | {on}
        fullest = max(
            sum(begin < day <= end for day in every) for begin, end in self._windows(every, on)
        )
        return fullest + unknown > self.most

    def _objection(
        self,
        found: Sessions,
        window: tuple[date, date],
        missing: tuple[str, ...] = (),
    ) -> Objection:
        inside = [day for day in found.certain if window[0] < day <= window[1]]
        counted = rows(inside, found.certain)
        if missing:
            counted = [*counted, *rows(found.possible, found.possible), *found.undated]
        return Objection(
            because=f"{len(set(inside))} of {self.most} sessions in {self.span}",
            evidence=tuple(done.evidence for done in counted),
            missing=missing,
            window=window,
        )
