"""What payers allowed and prescribers agreed to beforehand, as the clinical rules ask for it."""

from dataclasses import replace
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules_changed import changed_since_the_last
from treatments.domain.rules_recorded import recorded


def with_authorization(proposal: Proposal, facts: Facts, on: date) -> Proposal:
    """The proposal with what was settled for that day: by its payer, in its hold plan; and with
    what the record says, unless it says so itself.
    """
    documented = {**recorded(facts, on), **proposal.documented}
    if changed := changed_since_the_last(proposal, facts, on):
        documented.setdefault("changed", changed)
    proposal = _with_agreement(replace(proposal, documented=documented), facts, on)
    if proposal.documented.get("authorization"):
        return proposal
    for allowed in facts.authorized:
        if allowed.treatment == proposal.treatment and allowed.since <= on <= allowed.until:
            documented = {**proposal.documented, "authorization": allowed.number}
            return replace(proposal, documented=documented)
    return proposal


def _with_agreement(proposal: Proposal, facts: Facts, on: date) -> Proposal:
    settled = [agreed for agreed in facts.agreed if agreed.on == on]
    if not settled:
        return proposal
    drugs = frozenset[str]().union(*(agreed.drugs for agreed in settled))
    told = {"prescriber_ok": tuple(sorted(drugs))} if drugs else {}
    if held := frozenset[str]().union(*(agreed.held for agreed in settled)):
        told["held_drugs"] = tuple(sorted(held))
    if any(agreed.is_told for agreed in settled):
        told["restart_told"] = ("yes",)
    return replace(proposal, documented={**told, **proposal.documented})
