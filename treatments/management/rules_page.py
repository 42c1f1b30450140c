"""The shipped rules as a page to read and to sign: `docs/clinical-rules.md`."""

from collections.abc import Iterable, Iterator, Mapping

from treatments.domain.rules.conditions import worded
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.kinds.hold_table import Hold, HoldTable
from treatments.domain.rules.rulebook import Rule
from treatments.domain.rules.words import CONFIDENCE, PAYER_CLASSES, RULE_FAMILIES
from treatments.management.rule_files import ShippedRule

HEAD = """\
# The clinical rules

What is shipped in `treatments/data/rules/`, written by `python manage.py rules_page`. Not medical
or legal advice: the clinic's medical director and billing lead go through every rule and sign it
before it is used. A manager may switch a rule, change its numbers or its weight; every version is
kept.

- **block** needs a permitted person's written reason, **warn** somebody's eyes, **info** is shown.
- A rule with payers blocks for those only and warns for the others; one for named companies or
  states is silent elsewhere.
- What is not known never passes silently: the finding says what is missing, and weighs at most
  **warn**.
- Confidence: {confidence}. What is only B or D is off or only informs.
- A session is everything of a family on one local day. A window of 12 months reaches back to the
  same day of the year before, which itself is outside.
"""
_STAGES: Mapping[Stage, str] = {
    Stage.ORDER: "order",
    Stage.BOOK: "booking",
    Stage.CHECK_IN: "check-in",
    Stage.RECORD: "record",
    Stage.NIGHTLY: "every night",
}


def rules_page(shipped: Iterable[tuple[Rule, ShippedRule]]) -> str:
    """The page, in Markdown."""
    rows = list(shipped)
    words = ", ".join(f"{code} {meaning}" for code, meaning in CONFIDENCE.items())
    parts = [HEAD.format(confidence=words)]
    for family, title in RULE_FAMILIES.items():
        rules = [(rule, record) for rule, record in rows if rule.family == family]
        if rules:
            parts.append(f"\n## {title}\n")
            parts += [part for rule, record in rules for part in _rule(rule, record)]
    return "".join(parts)


def _rule(rule: Rule, record: ShippedRule) -> Iterator[str]:
    yield f"\n### `{rule.key}`\n\n{rule.message}\n\n"
    facts = {
        "Weighs": _weight(rule),
        "Kind": " · ".join(filter(None, (rule.kind, str(rule.params.get("check", ""))))),
        "Looked at": ", ".join(word for stage, word in _STAGES.items() if stage in rule.stages),
        "For": _scope(rule),
        "Numbers": _numbers(record),
        "Holds": _dates(rule),
        "The desk reads": rule.desk_message,
        "Source": _source(rule),
        "Note": rule.note,
    }
    for name, text in facts.items():
        if text:
            yield f"- {name}: {text}\n"
    if isinstance(rule.looks, HoldTable):
        yield from _table(rule.looks)


def _table(table: HoldTable) -> Iterator[str]:
    yield f"- One class higher from {table.old_age_from} years of age on, with two blood thinners, "
    yield f"or with: {', '.join(worded(state) for state in sorted(table.risk_factors))}\n\n"
    yield "| Class | Procedures |\n|---|---|\n"
    for row in table.classes:
        which = ", ".join(sorted(row.which.treatments))
        where = f" ({str(row.region).replace('_', ' ')})" if row.region else ""
        yield f"| {row.bleeding} | {which}{where} |\n"
    yield "\n| Drug | High | Intermediate | Low | Again after | Note |\n|---|---|---|---|---|---|\n"
    for name, drug in table.drugs.items():
        holds = " | ".join(_hold(hold) for hold in (drug.high, drug.intermediate, drug.low))
        again = f"{drug.high.restart_hours} hours" if drug.high.restart_hours else ""
        yield f"| {name} | {holds} | {again} | {drug.note} |\n"
        if drug.then:
            then = (drug.then.high, drug.then.intermediate, drug.then.low)
            holds = " | ".join(_hold(hold) for hold in then)
            yield f"| {name}, {worded(drug.if_state)} | {holds} | {again} | {drug.then.note} |\n"


def _hold(hold: Hold) -> str:
    return str(hold) if hold.is_none else f"{hold} ({hold.confidence})"


def _weight(rule: Rule) -> str:
    weight = f"**{rule.severity}**"
    if rule.urgency:
        weight += f", {rule.urgency.replace('_', ' ')}"
    if not rule.is_evaluable:
        return f"{weight}, not evaluated"
    return weight if rule.is_on else f"{weight}, off"


def _scope(rule: Rule) -> str:
    payers = [PAYER_CLASSES[payer] for payer in sorted(rule.payer_classes)]
    parts = (
        ", ".join(payers),
        ", ".join(f"payers named “{word}”" for word in sorted(rule.payers)),
        ", ".join(sorted(rule.region_codes)),
    )
    return "; ".join(filter(None, parts))


def _numbers(record: ShippedRule) -> str:
    """The params as they stand in the file; a table is too long for a line and stands there."""
    parts = []
    for name in ("applies_to", "when", "unless", "params"):
        value = record.record.get(name)
        if not value or (name == "params" and value.get("check") == "table"):
            continue
        shown = {key: item for key, item in value.items() if key != "check"}
        if shown:
            parts.append(f"{name.replace('_', ' ')} `{_plain(shown)}`")
    return "; ".join(parts)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_nested(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_nested(item) for item in value)
    return str(value)


def _nested(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{_plain(value)}}}"
    return f"[{_plain(value)}]" if isinstance(value, list) else str(value)


def _dates(rule: Rule) -> str:
    since = "" if rule.effective_from.year == 1 else f"from {rule.effective_from}"
    until = "" if rule.effective_until.year == 9999 else f"until {rule.effective_until}"
    return " ".join(filter(None, (since, until)))


def _source(rule: Rule) -> str:
    source = rule.source
    return " ".join(filter(None, (f"{source.document} ({source.confidence}).", source.note)))
