"""`level_cap`: how many levels, regions and sides one session may have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from treatments.domain.rules.facts import Done, Facts, Proposal
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Which, sessions_of


@dataclass(frozen=True)
class LevelCap(Look):
    """At most `most` levels on one day, counting what else of `which` is done that day.

    With `one_region`, everything of that day lies in one counted region. `alone` forbids anything
    of `which` on the same day. `never_bilateral` are approaches that are not done on both sides at
    once; any other needs the field `reason_for_both`. Left and right of one level are one level.
    """

    which: Which
    most: int | None = None
    one_region: bool = False
    alone: bool = False
    never_bilateral: frozenset[str] = frozenset()
    reason_for_both: str = ""
    levels_within: frozenset[str] = frozenset()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        found = sessions_of(facts, proposal, self.which)
        sure, maybe = found.certain.get(on, []), found.possible.get(on, [])
        return (
            self._sides(proposal)
            or self._range(proposal)
            or self._company(sure, maybe)
            or self._regions(proposal, sure, maybe)
            or self._levels(proposal, sure, maybe)
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day after each day on which something is done."""
        return (done.on + timedelta(days=1) for done in facts.done if done.on)

    def _sides(self, proposal: Proposal) -> Objection | None:
        if proposal.side != "bilateral":
            return None
        if proposal.approach in self.never_bilateral:
            return Objection(because="both sides at once")
        if self.reason_for_both and not proposal.documented.get(self.reason_for_both):
            return Objection(because="both sides without a reason", severity=Severity.WARN)
        return None

    def _range(self, proposal: Proposal) -> Objection | None:
        outside = sorted(proposal.levels - self.levels_within) if self.levels_within else []
        return Objection(because=", ".join(outside)) if outside else None

    def _company(self, sure: list[Done], maybe: list[Done]) -> Objection | None:
        if not self.alone or not (sure or maybe):
            return None
        return Objection(
            because="another on the same day",
            evidence=tuple(done.evidence for done in (*sure, *maybe)),
            missing=() if sure else _unclear(maybe),
        )

    def _regions(self, proposal: Proposal, sure: list[Done], maybe: list[Done]) -> Objection | None:
        rows = [*sure, *maybe]
        if not self.one_region or not rows:
            return None
        regions = {done.region for done in rows} | {proposal.region}
        if len(regions) < 2 and None not in regions:
            return None
        known = ({done.region for done in sure} | {proposal.region}) - {None}
        return Objection(
            because="two regions on one day",
            evidence=tuple(done.evidence for done in rows),
            missing=() if len(known) > 1 else ("which region",),
        )

    def _levels(self, proposal: Proposal, sure: list[Done], maybe: list[Done]) -> Objection | None:
        if self.most is None:
            return None
        levels = set(proposal.levels).union(*(done.levels for done in sure))
        perhaps = levels.union(*(done.levels for done in maybe))
        evidence = tuple(done.evidence for done in (*sure, *maybe))
        because = f"{len(perhaps)} levels, of at most {self.most}"
        if len(levels) > self.most:
            return Objection(because=because, evidence=evidence)
        if len(perhaps) > self.most:
            return Objection(because=because, evidence=evidence, missing=_unclear(maybe))
        if not proposal.levels and proposal.documented.get("levels_are_asked"):
            return Objection(because="levels", missing=("which levels",))
        return None


def _unclear(rows: list[Done]) -> tuple[str, ...]:
    return tuple(f"{done.label}: not known where or for what" for done in rows)
