"""Limits and safety rules: what they say about a proposal, and from when on it would pass.

Rules are data (`treatments/data/rules/`); each kind of rule is one module of code. Nothing here
knows a database or a clock: `evaluate(facts, proposal, rulebook, on)` tells the same for ever.
"""

from treatments.domain.rules.engine import Earliest, earliest_allowed, evaluate
from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Finding
from treatments.domain.rules.rulebook import Rule, Rulebook

__all__ = [
    "Earliest",
    "Facts",
    "Finding",
    "Proposal",
    "Rule",
    "Rulebook",
    "earliest_allowed",
    "evaluate",
]
