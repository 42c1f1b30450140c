"""`interval`: so much time must lie between two procedures."""

from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.sessions import Which, rows, sessions_of
from treatments.domain.rules.spans import Span


@dataclass(frozen=True)
class Interval:
    """`least` between the proposal and each session of `which`, before it and, if booked, after."""

    which: Which
    least: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        near = self._too_near(set(found.certain), on)
        if near:
            return Objection(
                because=f"less than {self.least} after or before another",
                evidence=tuple(done.evidence for done in rows(near, found.certain)),
                clears_on=self._clears(set(found.certain), on),
            )
        perhaps = self._too_near(set(found.possible), on)
        if perhaps or found.undated:
            return Objection(
                because=f"perhaps less than {self.least} after another",
                evidence=tuple(
                    done.evidence for done in (*rows(perhaps, found.possible), *found.undated)
                ),
                missing=tuple(
                    [
                        f"{done.label}: not known where or for what"
                        for done in rows(perhaps, found.possible)
                    ]
                    + [f"{done.label}: not known when" for done in found.undated]
                ),
                clears_on=None if found.undated else self._clears(set(found.possible), on),
            )
        return None

    def _too_near(self, days: set[date], on: date) -> list[date]:
        return [
            day
            for day in days
            if (day <= on < self.least.after(day)) or (on < day < self.least.after(on))
        ]

    def _clears(self, days: set[date], on: date) -> date | None:
        candidates = sorted(self.least.after(day) for day in days)
        return next((day for day in candidates if day > on and not self._too_near(days, day)), None)
