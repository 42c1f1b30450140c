"""`level_cap`: how many levels, regions and sides one session may have."""

from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.sessions import Which, sessions_of


@dataclass(frozen=True)
class LevelCap:
    """At most `most` levels on one day, counting what else of `which` is done that day.

    With `one_region`, everything of that day lies in one counted region. `never_bilateral` forbids
    both sides at once. Left and right of one level are one level.
    """

    which: Which
    most: int | None = None
    one_region: bool = False
    never_bilateral: bool = False

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        if self.never_bilateral and proposal.side == "bilateral":
            return Objection(because="both sides at once")
        same_day = sessions_of(facts, proposal, self.which).certain.get(on, [])
        evidence = tuple(done.evidence for done in same_day)
        if self.one_region:
            regions = {done.region for done in same_day} | {proposal.region}
            if len(regions - {None}) > 1:
                return Objection(because="two regions on one day", evidence=evidence)
        if self.most is None:
            return None
        levels = set(proposal.levels).union(*(done.levels for done in same_day))
        if len(levels) > self.most:
            return Objection(
                because=f"{len(levels)} levels, of at most {self.most}", evidence=evidence
            )
        if not proposal.levels and proposal.documented.get("levels_are_asked"):
            return Objection(because="levels", missing=("which levels",))
        return None
