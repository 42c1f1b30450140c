"""`interval`: so much time must lie between two procedures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Which, rows, sessions_of, wherever
from treatments.domain.rules.spans import Span


@dataclass(frozen=True)
class Interval(Look):
    """`least` between the proposal and each session of `which`, before it and, if booked, after.

    What is done on the same day is the same session. With `with_steroid` it is asked only of a
    proposal that has a steroid in it, or of which nobody knows yet what is in it.
    """

    which: Which
    least: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        if self.which.with_steroid and proposal.drugs and not proposal.has_steroid:
            return None
        return wherever(proposal, self.which, lambda asked: self._here(facts, asked, on))

    def _here(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        found = sessions_of(facts, proposal, self.which, with_unrecognized=True)
        near = self._too_near(found.certain, on)
        if near:
            return Objection(
                because=f"less than {self.least} after or before another",
                evidence=tuple(done.evidence for done in rows(near, found.certain)),
            )
        perhaps = rows(self._too_near(found.possible, on), found.possible)
        if not perhaps and not found.undated:
            return None
        return Objection(
            because=f"perhaps less than {self.least} after another",
            evidence=tuple(done.evidence for done in (*perhaps, *found.undated)),
            missing=(
                *(f"{done.label}: not known where or for what" for done in perhaps),
                *(f"{done.label}: not known when" for done in found.undated),
            ),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each is long enough ago; and its own day, which is one session."""
        for done in facts.done:
            if done.on and self.least.may_reach(done.on, on):
                yield done.on
                yield self.least.after(done.on)

    def _too_near(self, days: Iterable[date], on: date) -> list[date]:
        return [
            day
            for day in days
            if (day < on < self.least.after(day)) or (on < day < self.least.after(on))
        ]
