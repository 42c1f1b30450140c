"""Filing rules: the shipped ones, and those that a manager signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.records import BadRule, rule_from
from treatments.models import RuleEdition

# Any number of our own: writers of rules wait for each other, so that versions follow each other.
_LOCK = 0x52554C45


class StaleRule(Conflict):
    """Somebody signed another version in the meantime."""

    code = "stale_rule"
    default_sentence = "Somebody changed this rule in the meantime. Please look again."


class WrongRule(Invalid):
    """A record that makes no sense; `details["fields"]` says where."""

    code = "wrong_rule"
    default_sentence = "Something in this rule cannot be right. See the fields."


class NotWeakened(Conflict):
    """What keeps people from harm is not made weaker by one signature."""

    code = "rule_not_weakened"
    title = "This rule cannot be made weaker"
    default_sentence = (
        "An emergency red flag, and a limit that stops by a primary text, cannot be switched off "
        "or made lighter here. A physician goes on in a single case, with a reason."
    )


@dataclass(frozen=True)
class RulesLoaded:
    """What became of the shipped rules: filed, offered to the manager, or as they were."""

    filed: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    unchanged: int = 0


@action
def load_rules(
    *, records: Sequence[Mapping[str, Any]], by: User | None, now: datetime
) -> RulesLoaded:
    """File the shipped records: a new version of each that was changed since it was shipped last.

    Where the clinic signed its own numbers, the new version is only offered. The caller has checked
    the records.
    """
    _lock()
    newest = {row.key: row for row in RuleEdition.objects.current()}
    shipped: dict[str, RuleEdition] = {}
    highest: dict[str, int] = {}
    for row in RuleEdition.objects.order_by("key", "version"):
        highest[row.key] = row.version
        if row.is_shipped:
            shipped[row.key] = row
    filed: list[str] = []
    offered: list[str] = []
    rows: list[RuleEdition] = []
    for record in records:
        key = str(record["id"])
        if key in shipped and _content(shipped[key].record) == _content(record):
            continue
        is_offered = key in newest and not newest[key].is_shipped
        (offered if is_offered else filed).append(key)
        version = max(highest.get(key, 0) + 1, int(record.get("version", 1)))
        rows.append(_version(record, version, now, is_offered=is_offered))
    RuleEdition.objects.bulk_create(rows)
    return RulesLoaded(tuple(filed), tuple(offered), len(records) - len(rows))


@action
def sign_rule(
    *,
    key: str,
    seen: int,
    record: Mapping[str, Any],
    note: str,
    by: User,
    now: datetime,
) -> RuleEdition:
    """File a version of a rule that the clinic answers for; `seen` is the version it was read in.

    Raises `Invalid` without a note, `WrongRule`, `StaleRule`, `NotAllowed`; `NotWeakened` for an
    emergency red flag, or a block that a primary text asks for, lighter than it was shipped last.
    """
    require(by, "treatments.manage_rules")
    if len(note.strip()) < 5:
        raise Invalid("Say why it is changed, and on whose word.")
    _lock()
    current = RuleEdition.objects.current().filter(key=key).first()
    if current is None or current.version != seen:
        raise StaleRule
    _check_weight(key, record)
    try:
        rule_from({**record, "id": key})
    except BadRule as bad:
        fields = {item.field: [item.text] for item in bad.complaints}
        words = "; ".join(item.text for item in bad.complaints)
        raise WrongRule(words, details={"fields": fields}) from bad
    version = RuleEdition.objects.filter(key=key).order_by("-version")[0].version + 1
    row = _version({**record, "id": key}, version, now, is_shipped=False)
    row.signed_by, row.signed_at, row.note = by, now, note.strip()
    row.save(force_insert=True)
    return row


def _check_weight(key: str, record: Mapping[str, Any]) -> None:
    rows = RuleEdition.objects.filter(key=key, is_shipped=True).order_by("-version")
    shipped = rows.first()
    if shipped is None or not shipped.is_on:
        return
    told = shipped.record
    is_emergency = told.get("urgency") == "emergency"
    is_primary = shipped.severity == "block" and told["source"]["confidence"] == "P"
    if not is_emergency and not is_primary:
        return
    weights = list(Severity)
    is_lighter = weights.index(Severity(record["severity"])) > weights.index(
        Severity(shipped.severity)
    )
    if is_lighter or not record.get("is_on", True):
        raise NotWeakened


def _version(
    record: Mapping[str, Any],
    version: int,
    now: datetime,
    *,
    is_shipped: bool = True,
    is_offered: bool = False,
) -> RuleEdition:
    told = {**record, "version": version}
    return RuleEdition(
        key=record["id"],
        version=version,
        record=told,
        severity=record["severity"],
        is_on=record.get("is_on", True),
        is_shipped=is_shipped,
        is_offered=is_offered,
        filed_at=now,
    )


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "version"}


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
