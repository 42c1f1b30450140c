"""`exclusion`: somebody who must not have it, or not without a second thought.

Red flags are exclusions too: they keep somebody out of an ordinary booking until they were seen.
How soon that must be is the rule's `urgency`, what to say its words for the desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.conditions import Conditions
from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection, Severity


@dataclass(frozen=True)
class Exclusion(Conditions):
    """Any one of the conditions objects, and so does the lack of all `needed_diagnoses`.

    `unless_states` lets somebody through. What is only among the `milder` conditions warns.
    """

    unless_states: frozenset[str] = frozenset()
    needed_diagnoses: tuple[str, ...] = ()
    needed_states: tuple[str, ...] = ()
    milder: Conditions | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        if self.unless_states & facts.states:
            return None
        met = self.met(facts, proposal, on)
        reasons = [*met.reasons, *self._lacking(facts)]
        if not reasons and self.milder is not None:
            mild = self.milder.met(facts, proposal, on)
            if mild.reasons:
                return Objection(
                    because=", ".join(mild.reasons),
                    evidence=mild.evidence,
                    missing=met.missing,
                    severity=Severity.WARN,
                )
        if not reasons and not met.missing:
            return None
        return Objection(
            because=", ".join(reasons) or "not everything is known",
            evidence=met.evidence,
            # What is known already objects; what is not known cannot make that weaker.
            missing=() if reasons else met.missing,
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The days on which a condition may begin or cease to hold."""
        yield from super().turns(facts, proposal, on)
        if self.milder is not None:
            yield from self.milder.turns(facts, proposal, on)

    def _lacking(self, facts: Facts) -> list[str]:
        if not self.needed_diagnoses and not self.needed_states:
            return []
        if any(code.startswith(self.needed_diagnoses) for code in facts.diagnoses):
            return []
        if facts.states.intersection(self.needed_states):
            return []
        return ["none of the diagnoses it is for is on record"]
