"""What payers allowed beforehand, as the clinical rules ask for it."""

from dataclasses import replace
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal


def with_authorization(proposal: Proposal, facts: Facts, on: date) -> Proposal:
    """The proposal with the number under which a payer allowed it for that day, if one did."""
    if proposal.documented.get("authorization"):
        return proposal
    for allowed in facts.authorized:
        if allowed.treatment == proposal.treatment and allowed.since <= on <= allowed.until:
            documented = {**proposal.documented, "authorization": allowed.number}
            return replace(proposal, documented=documented)
    return proposal
