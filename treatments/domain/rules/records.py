"""A rule as a plain record (a table of a YAML file, or JSON of the database), and back.

`rule_from` is the only way in, so that a shipped rule and a manager's numbers are checked alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from treatments.domain.rules.conditions import Conditions
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.checks import CHECKS
from treatments.domain.rules.reading import Complaint, Known, Reader
from treatments.domain.rules.rulebook import Rule, Source
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.domain.vocabulary import URGENCIES

__all__ = ["BadRule", "Complaint", "Known", "rule_from"]


class BadRule(ValueError):
    """A record that makes no sense; `complaints` name each field that is wrong, and why."""

    def __init__(self, key: str, complaints: list[Complaint]) -> None:
        self.key = key
        self.complaints = tuple(complaints)
        super().__init__("; ".join(f"{key}, {item.field}: {item.text}" for item in complaints))


@dataclass(frozen=True)
class _Effective:
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True)
class _Record:
    """The fields of a record; `params` are read apart, as the kind wants them."""

    id: str
    kind: str
    family: str
    severity: Severity
    stages: tuple[Stage, ...]
    message: str
    desk_message: str
    source: Source
    params: Mapping[str, Any] = field(default_factory=dict, metadata={"is_read": False})
    version: int = 1
    applies_to: Which = field(default_factory=Which)
    when: Conditions | None = None
    unless: Conditions | None = None
    payer_classes: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
    region_codes: frozenset[str] = frozenset()
    effective: _Effective = field(default_factory=_Effective)
    is_on: bool = True
    is_evaluable: bool = True
    urgency: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what no single field shows. Raises `ValueError`."""
        if not self.stages:
            raise ValueError("A rule names at least one stage.")
        if self.version < 1:
            raise ValueError("Versions count from 1.")
        if self.effective.since > self.effective.until:
            raise ValueError("A rule begins before it ends.")
        if not self.is_evaluable and (self.is_on or not self.note):
            raise ValueError("What cannot be evaluated is off, and its note says why.")


def rule_from(
    record: Mapping[str, Any],
    known: Known | None = None,
    *,
    is_shipped: bool = False,
    is_filed: bool = False,
) -> Rule:
    """The rule of a record. `known` are the catalogue's keys, if they are to be checked.

    One that `is_shipped` may not stop or warn with a number that nobody confirmed: the clinic signs
    for that itself. One that `is_filed` held already, and is read without judging its numbers.
    Raises `BadRule` with every complaint.
    """
    reader = Reader(known, is_filed)
    read: _Record | None = reader.table(
        _Record, {name: value for name, value in record.items() if name != "params"}, ""
    )
    params = record.get("params", {})
    _check_words(record, reader)
    if is_shipped and read is not None:
        _check_confidence(read, reader)
    looks = _kind_from(record.get("kind"), params, reader)
    if reader.complaints or read is None:
        raise BadRule(str(record.get("id", "?")), reader.complaints)
    return Rule(
        key=read.id,
        version=read.version,
        kind=read.kind,
        family=read.family,
        severity=read.severity,
        looks=looks,
        applies_to=read.applies_to,
        stages=frozenset(read.stages),
        when=read.when,
        unless=read.unless,
        message=read.message,
        desk_message=read.desk_message,
        source=read.source,
        payer_classes=read.payer_classes,
        payers=read.payers,
        region_codes=read.region_codes,
        effective_from=read.effective.since,
        effective_until=read.effective.until,
        is_on=read.is_on,
        is_evaluable=read.is_evaluable,
        urgency=read.urgency,
        note=read.note,
        params=params,
    )


def _check_confidence(read: _Record, reader: Reader) -> None:
    if read.is_on and read.severity is not Severity.INFO and read.source.confidence == "B":
        reader.complain(
            "severity", "A number that nobody has confirmed (B) only informs, or is off."
        )


def _check_words(record: Mapping[str, Any], reader: Reader) -> None:
    for name, words in (("family", RULE_FAMILIES), ("urgency", URGENCIES)):
        word = record.get(name)
        if isinstance(word, str) and word and word not in words:
            reader.complain(name, f"“{word}” is no {name} of rules.")
    for text in ("id", "message", "desk_message"):
        if isinstance(record.get(text), str) and not record[text].strip():
            reader.complain(text, "This is empty.")


def _kind_from(kind: object, params: object, reader: Reader) -> Any:
    if not isinstance(kind, str) or kind not in CHECKS:
        if isinstance(kind, str):
            reader.complain("kind", f"There is no kind “{kind}”.")
        return None
    if not isinstance(params, Mapping):
        reader.complain("params", "This is a table of fields.")
        return None
    checks = CHECKS[kind]
    check = params.get("check", "")
    if check not in checks:
        reader.complain("params.check", f"“{check}” is none of {', '.join(filter(None, checks))}.")
        return None
    fields = {name: value for name, value in params.items() if name != "check"}
    return reader.table(checks[check], fields, "params")
