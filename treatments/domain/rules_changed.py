"""Whether a repeat is done in another way than the last one: seen from the rows, not asked."""

from datetime import date

from treatments.domain.rules.facts import Done, Facts, Proposal
from treatments.domain.rules.spans import Span

# A repeat after longer than this is no retry: then the last one was to have helped for so long.
RETRY = Span(months=3)


def changed_since_the_last(proposal: Proposal, facts: Facts, on: date) -> str:
    """In what a repeat differs from the last of its family in its region; "" if in nothing.

    What is not known on both sides is no difference, and neither is anything once the last one was
    itself such a retry: there is one.
    """
    before = sorted(
        (done for done in facts.done if _is_before(done, proposal, on)),
        key=lambda done: (done.on or date.min, done.key),
    )
    if not before:
        return ""
    last = before[-1]
    for other in before[:-1]:
        is_near = last.on and other.on and RETRY.before(last.on) < other.on < last.on
        if is_near and _difference(last, other):
            return ""
    return _difference(proposal, last)


def _is_before(done: Done, proposal: Proposal, on: date) -> bool:
    return (
        done.on is not None
        and done.on < on
        and not done.is_booked
        and done.key != proposal.key
        and bool(done.families & proposal.families)
        and done.region is not None
        and done.region == proposal.region
    )


def _difference(one: Proposal | Done, other: Done) -> str:
    drugs = [frozenset(drug.key for drug in row.drugs if drug.is_steroid) for row in (one, other)]
    pairs = {
        "approach": (one.approach, other.approach),
        "level": (one.levels, other.levels),
        "drug": (drugs[0], drugs[1]),
    }
    found = [name for name, (new, old) in pairs.items() if new and old and new != old]
    return ", ".join(found)
