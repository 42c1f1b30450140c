"""`documentation`: what must be written down for it, or told to somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from treatments.domain.rules.conditions import is_told
from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.words import DOCUMENTED


@dataclass(frozen=True)
class Documentation(Look):
    """Each of `needs` must be written down; `one_of` names values that will do, by field.

    `at_least` and `at_most` bound numbers. Nothing is asked where a field has one of the values of
    `unless`, and only where each field of `only_if` has one of its values, if there are any; no
    values at all mean: anything.
    """

    needs: tuple[str, ...] = ()
    one_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    at_least: Mapping[str, Decimal] = field(default_factory=dict)
    at_most: Mapping[str, Decimal] = field(default_factory=dict)
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    only_if: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        told = {name: value for name, value in proposal.documented.items() if is_told(value)}
        if any(_says(told, name, values) for name, values in self.unless.items()):
            return None
        if not all(_says(told, name, values) for name, values in self.only_if.items()):
            return None
        lacking = [DOCUMENTED[name] for name in self.needs if name not in told]
        wrong = [
            f"{DOCUMENTED[name]}: {told[name]}"
            for name in dict.fromkeys((*self.one_of, *self.at_least, *self.at_most))
            if name in told and not self._will_do(name, str(told[name]))
        ]
        if not lacking and not wrong:
            return None
        return Objection(because=", ".join([*lacking, *wrong]))

    def _will_do(self, name: str, value: str) -> bool:
        if name in self.one_of and value not in self.one_of[name]:
            return False
        if name in self.at_least and Decimal(value) < self.at_least[name]:
            return False
        return name not in self.at_most or Decimal(value) <= self.at_most[name]


@dataclass(frozen=True)
class Reminder(Look):
    """Says its message whenever the rule applies; with `with_steroid`, if a steroid is given."""

    with_steroid: bool = False

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The reminder, or None."""
        if self.with_steroid and not any(drug.is_steroid for drug in proposal.drugs):
            return None
        return Objection(because="")


def _says(told: Mapping[str, object], name: str, values: frozenset[str]) -> bool:
    return name in told and (not values or str(told[name]) in values)
