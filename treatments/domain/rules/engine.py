"""Asking every rule, and finding the first day on which none would object."""

from dataclasses import dataclass
from datetime import date, timedelta

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Finding, Objection, Severity
from treatments.domain.rules.rulebook import Rule, Rulebook

# Nobody books further ahead; a rule that clears later is as good as one that never does.
FURTHEST = timedelta(days=366 * 4)


@dataclass(frozen=True)
class Earliest:
    """The first day without a block; or None, and then the findings that never clear."""

    on: date | None
    because: tuple[Finding, ...] = ()


def evaluate(facts: Facts, proposal: Proposal, rulebook: Rulebook, on: date) -> list[Finding]:
    """What the rules say about a proposal for a day, the weightiest first."""
    found = [
        finding
        for rule in rulebook.rules
        if rule.holds(proposal, on)
        for finding in [_ask(rule, facts, proposal, on)]
        if finding is not None
    ]
    order = list(Severity)
    return sorted(found, key=lambda finding: (order.index(finding.severity), finding.rule))


def earliest_allowed(facts: Facts, proposal: Proposal, rulebook: Rulebook, on: date) -> Earliest:
    """The first day, from `on`, on which no rule would block the proposal.

    Each rule tells the first day on which it alone would let it pass. Before the latest of these
    days somebody objects; on it all are asked again, because another rule may object there.
    """
    day = on
    because: tuple[Finding, ...] = ()
    while day <= on + FURTHEST:
        blocks = tuple(
            finding
            for finding in evaluate(facts, proposal, rulebook, day)
            if finding.severity is Severity.BLOCK
        )
        if not blocks:
            return Earliest(day, because)
        because = because or blocks
        never = tuple(finding for finding in blocks if finding.clears_on is None)
        if never:
            return Earliest(None, never)
        day = max(finding.clears_on for finding in blocks if finding.clears_on is not None)
    return Earliest(None, because)


def _ask(rule: Rule, facts: Facts, proposal: Proposal, on: date) -> Finding | None:
    if rule.is_silent_for(facts):
        return None
    objection = rule.looks.look(facts, proposal, on)
    if objection is None:
        return None
    severity = _at_most(rule.severity, objection.severity or rule.severity)
    missing = (*objection.missing, *_unknown_scope(rule, facts))
    if missing or not _is_payers(rule, facts):
        severity = _at_most(severity, Severity.WARN)
    if rule.payers and not facts.payer:
        # Each company has rules; that of an unknown one is worth a line, not a question.
        severity = Severity.INFO
    return Finding(
        rule=rule.key,
        version=rule.version,
        severity=severity,
        message=_worded(rule.message, objection),
        desk_message=rule.desk_message,
        evidence=objection.evidence,
        missing=missing,
        clears_on=objection.clears_on,
        counted=objection.because,
        window=objection.window,
        urgency=rule.urgency,
        holds=objection.holds,
    )


def _is_payers(rule: Rule, facts: Facts) -> bool:
    return not rule.payer_classes or facts.payer_class in rule.payer_classes


def _unknown_scope(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """What is not known about whether the rule is meant for this person at all."""
    asked = (
        ("who pays", rule.payer_classes, facts.payer_class),
        ("who pays", rule.payers, facts.payer),
        ("the state", rule.region_codes, facts.region_code),
    )
    return tuple(dict.fromkeys(word for word, scope, known in asked if scope and not known))


def _worded(message: str, objection: Objection) -> str:
    return f"{message} ({objection.because})" if objection.because else message


def _at_most(severity: Severity, most: Severity) -> Severity:
    order = list(Severity)
    return order[max(order.index(severity), order.index(most))]
