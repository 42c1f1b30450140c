"""Asking every rule, and finding the first day on which none would object."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from treatments.domain.rules.facts import Facts, Proposal, Stage
from treatments.domain.rules.finding import Finding, Objection, Severity
from treatments.domain.rules.rulebook import Rule, Rulebook

# Nobody books further ahead; a rule that clears later is as good as one that never does.
FURTHEST = timedelta(days=366 * 4)
_ORDER = list(Severity)


@dataclass(frozen=True)
class Earliest:
    """The first day without a block; or None, and then the findings that never clear.

    `because` are the findings that block the day that was asked for.
    """

    on: date | None
    because: tuple[Finding, ...] = ()


def evaluate(
    facts: Facts,
    proposal: Proposal,
    rulebook: Rulebook,
    on: date,
    *,
    stages: Collection[Stage] = (),
) -> list[Finding]:
    """What the rules say about a proposal for a day, the weightiest first.

    Rules of any of `stages` are asked, each once; if none is named, those of the proposal's own.
    """
    found = [
        replace(finding, clears_on=_clears(rule, finding, facts, proposal, on))
        for rule in rulebook.asked_about(proposal, frozenset(stages) or {proposal.stage})
        for finding in [_ask(rule, facts, proposal, on)]
        if finding is not None
    ]
    return sorted(found, key=lambda finding: (_ORDER.index(finding.severity), finding.rule))


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


def _clears(
    rule: Rule, finding: Finding, facts: Facts, proposal: Proposal, on: date
) -> date | None:
    """The first later day on which the rule would weigh less."""
    weight = _ORDER.index(finding.severity)
    for day in sorted({day for day in _turns(rule, facts, proposal, on) if day > on}):
        later = _ask(rule, facts, proposal, day)
        if later is None or _ORDER.index(later.severity) > weight:
            return day
    return None


def _turns(rule: Rule, facts: Facts, proposal: Proposal, on: date) -> Iterator[date]:
    yield from rule.looks.turns(facts, proposal, on)
    for conditions in (rule.when, rule.unless):
        if conditions is not None:
            yield from conditions.turns(facts, proposal, on)
    if rule.effective_until < date.max:
        yield rule.effective_until + timedelta(days=1)


def _ask(rule: Rule, facts: Facts, proposal: Proposal, on: date) -> Finding | None:
    if not rule.holds(proposal, on) or rule.is_silent_for(facts):
        return None
    scope = _scope(rule, facts, proposal, on)
    objection = None if scope is None else rule.looks.look(facts, proposal, on)
    if scope is None or objection is None:
        return None
    missing = (*objection.missing, *scope)
    is_certain = not missing or (bool(objection.say) and not scope)
    return Finding(
        rule=rule.key,
        version=rule.version,
        severity=_severity(rule, objection, facts, is_certain=is_certain),
        message=_worded(objection.words or rule.message, objection),
        desk_message=f"{objection.say} {rule.desk_message}".strip(),
        evidence=objection.evidence,
        missing=missing,
        counted=objection.because,
        window=objection.window,
        urgency=rule.urgency,
        holds=objection.holds,
    )


def _scope(rule: Rule, facts: Facts, proposal: Proposal, on: date) -> tuple[str, ...] | None:
    """What is not known about whether the rule is meant for this person; None if it is not."""
    missing: tuple[str, ...] = ()
    if rule.when is not None:
        met = rule.when.met(facts, proposal, on)
        if met.is_met is False:
            return None
        missing = () if met.is_met else met.missing
    if rule.unless is not None:
        met = rule.unless.met(facts, proposal, on)
        if met.is_met:
            return None
        missing += met.missing
    asked = (
        ("who pays", rule.payer_classes, facts.payer_class),
        ("who pays", rule.payers, facts.payer),
    )
    unknown = (word for word, scope, known in asked if scope and not known)
    return (*missing, *dict.fromkeys(unknown))


def _severity(rule: Rule, objection: Objection, facts: Facts, *, is_certain: bool) -> Severity:
    severity = _at_most(rule.severity, objection.severity or rule.severity)
    if rule.payers and not facts.payer:
        # Each company has rules; that of an unknown one is worth a line, not a question.
        return Severity.INFO
    if rule.payer_classes and facts.payer_class and facts.payer_class not in rule.payer_classes:
        # What another payer asks for is a step less: a block warns, a warning only informs.
        severity = _ORDER[min(_ORDER.index(severity) + 1, len(_ORDER) - 1)]
    return severity if is_certain else _at_most(severity, Severity.WARN)


def _worded(message: str, objection: Objection) -> str:
    return f"{message} ({objection.because})" if objection.because else message


def _at_most(severity: Severity, most: Severity) -> Severity:
    return _ORDER[max(_ORDER.index(severity), _ORDER.index(most))]
