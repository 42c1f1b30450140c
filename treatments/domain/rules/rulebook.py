"""Rules as records: which there are, for whom, since when, and how they are worded."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from treatments.domain.rules.conditions import Conditions
from treatments.domain.rules.facts import Facts, Proposal, Stage
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.kinds.hold_table import HoldTable, ReadsTable
from treatments.domain.rules.sessions import Which


class Kind(Protocol):
    """What every kind of rule can do."""

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The days on which what it says may change; those up to `on` do not matter."""
        ...

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection to the proposal on a day, or None."""
        ...


# Who pays by rules of no company.
_WITHOUT_PLANS = frozenset({"medicare", "self_pay"})


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
    is about coverage: for the others it weighs a step less. One with `payers` (words of their
    names) or `region_codes` (states of the country, like TX) is silent for the others, and while
    the clinic has not said its state. It holds from `effective_from` through `effective_until`, if
    `when` conditions hold and `unless` others do not. `urgency` is how soon somebody must act on
    it, a word of the catalogue's red flags. A rule that is not `is_evaluable` is on record only.
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
    when: Conditions | None = None
    unless: Conditions | None = None
    payer_classes: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
    region_codes: frozenset[str] = frozenset()
    effective_from: date = date.min
    effective_until: date = date.max
    is_on: bool = True
    is_evaluable: bool = True
    urgency: str = ""
    note: str = ""
    params: Mapping[str, object] = field(default_factory=dict, compare=False)

    def holds(self, proposal: Proposal, on: date) -> bool:
        """Whether it looks at such a proposal on this day, if it is one of `asked_about`."""
        return self.effective_from <= on <= self.effective_until and self.applies_to.fits(proposal)

    def is_silent_for(self, facts: Facts) -> bool:
        """Whether it is known not to be meant for this person at all."""
        # Which state it is, the clinic says once, not each visit: the rulebook asks for it.
        if self.region_codes and facts.region_code not in self.region_codes:
            return True
        if not self.payers:
            return False
        if facts.payer:
            name = facts.payer.casefold()
            return not any(word.casefold() in name for word in self.payers)
        return facts.payer_class in _WITHOUT_PLANS


@dataclass(frozen=True)
class Rulebook:
    """All rules of a clinic, one version of each.

    Which of them can apply to a treatment at a stage is kept once it was asked: of 170 rules a
    question is about twenty.
    """

    rules: tuple[Rule, ...] = ()
    _asked: dict[tuple[object, ...], tuple[Rule, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Rulebook":
        """A rulebook in the order of the keys; rules that read a table are tied to it."""
        ordered = sorted(rules, key=lambda rule: rule.key)
        tables = {rule.key: rule.looks for rule in ordered if isinstance(rule.looks, HoldTable)}
        return cls(
            tuple(
                replace(rule, looks=rule.looks.tied(tables))
                if isinstance(rule.looks, ReadsTable)
                else rule
                for rule in ordered
            )
        )

    def asked_about(self, proposal: Proposal, stages: Set[Stage]) -> tuple[Rule, ...]:
        """The rules that are on, are asked at one of these stages, and may be about its kind."""
        key = (frozenset(stages), proposal.treatment, proposal.families)
        if key not in self._asked:
            self._asked[key] = tuple(
                rule
                for rule in self.rules
                if rule.is_on
                and rule.is_evaluable
                and rule.stages & stages
                and rule.applies_to.may_concern(proposal.treatment, proposal.families)
            )
        return self._asked[key]

    @cached_property
    def stops(self) -> frozenset[str]:
        """The keys of rules that may stop something."""
        return frozenset(rule.key for rule in self.rules if rule.severity is Severity.BLOCK)
