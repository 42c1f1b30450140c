"""Rules as records: which there are, for whom, since when, and how they are worded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from treatments.domain.rules.facts import Facts, Proposal, Stage
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.sessions import Which


class Kind(Protocol):
    """What every kind of rule can do."""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection to the proposal on a day, or None."""
        ...


@dataclass(frozen=True)
class Source:
    """Where a number comes from. `confidence` is P, S, B or D (clinical rules, section 0.1)."""

    document: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule in one version.

    `applies_to` says which proposals it looks at, at which `stages`. A rule with `payer_classes`
    is about coverage: it blocks for those payers and warns for the others. It holds from
    `effective_from` through `effective_until`.
    """

    key: str
    version: int
    kind: str
    family: str
    severity: Severity
    looks: Kind
    applies_to: Which
    stages: frozenset[Stage]
    message: str
    desk_message: str
    source: Source
    payer_classes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    effective_from: date = date.min
    effective_until: date = date.max
    is_on: bool = True
    params: dict[str, object] = field(default_factory=dict, compare=False)

    def holds(self, proposal: Proposal, on: date) -> bool:
        """Whether it looks at this proposal on this day."""
        return (
            self.is_on
            and self.effective_from <= on <= self.effective_until
            and proposal.stage in self.stages
            and self.applies_to.concerns(proposal)
        )


@dataclass(frozen=True)
class Rulebook:
    """All rules of a clinic, one version of each."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Rulebook":
        """A rulebook in the order of the keys."""
        return cls(tuple(sorted(rules, key=lambda rule: rule.key)))
