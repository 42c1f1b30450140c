"""The table behind `drug_hold`: how long each drug is stopped, by how a procedure may bleed."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from treatments.domain.rules.conditions import age_on, worded
from treatments.domain.rules.facts import Facts, Proposal, Taken
from treatments.domain.rules.finding import HeldDrug, Objection
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.sessions import Which
from treatments.domain.spine import CountingRegion

_HOURS_A_DAY = 24
# Below this clearance a drug that the kidneys remove stays longer, in mL/min.
LOW_CLEARANCE = Decimal(30)


class Bleeding(StrEnum):
    """How much a bleeding would matter."""

    LOW = "low"
    INTERMEDIATE = "intermediate"
    HIGH = "high"


@dataclass(frozen=True)
class Hold:
    """How long before: `days`, or `hours`; or `shared`, clinicians decide. None of them: no hold.

    `restart_hours` count from the end of the procedure. `confidence` is that of the number.
    """

    days: int | None = None
    hours: int | None = None
    shared: bool = False
    restart_hours: int | None = None
    confidence: str = "S"

    @property
    def is_none(self) -> bool:
        """Whether the drug goes on as it is."""
        return not (self.days or self.hours or self.shared)

    @property
    def longest(self) -> int:
        """Whole days of it, rounded up."""
        return self.days or math.ceil((self.hours or 0) / _HOURS_A_DAY)

    def __str__(self) -> str:
        """As it is read."""
        if self.shared:
            return "to be decided together"
        number, word = (self.days, "day") if self.days else (self.hours or 0, "hour")
        return f"{number} {word}{'' if number == 1 else 's'}" if number else "no hold"


@dataclass(frozen=True)
class DrugRow:
    """One drug. `low_clearance` replaces the holds where the kidneys work badly.

    With a state of `if_state`, `then` is the row instead: aspirin after a heart attack is another
    thing than aspirin against one.
    """

    high: Hold = Hold()
    intermediate: Hold = Hold()
    low: Hold = Hold()
    low_clearance: Hold | None = None
    needs_inr: bool = False
    needs_prescriber: bool = False
    needs_clearance: bool = False
    if_state: str = ""
    then: "DrugRow | None" = None
    note: str = ""

    def hold(self, bleeding: Bleeding) -> Hold:
        """The hold for a class."""
        return {Bleeding.HIGH: self.high, Bleeding.INTERMEDIATE: self.intermediate}.get(
            bleeding, self.low
        )


@dataclass(frozen=True)
class ClassRow:
    """Procedures of one bleeding class; `region` narrows them, but not to levels of `but_not`.

    A procedure of which the region is not known is taken for one of the row.
    """

    which: Which
    bleeding: Bleeding
    region: CountingRegion | None = None
    but_levels: str = ""

    def concerns(self, proposal: Proposal) -> bool:
        """Whether the proposal is one of these, or may be."""
        if not self.which.concerns(proposal):
            return False
        if self.region is not None and proposal.region not in (None, self.region):
            return False
        levels = proposal.levels
        is_spared = bool(self.but_levels and levels) and all(
            level.startswith(self.but_levels) for level in levels
        )
        return not is_spared


@dataclass(frozen=True)
class HoldTable(Look):
    """The clinic's table; it objects to nothing, other rules read it.

    With a state of `risk_factors`, from `old_age_from` on, or with two antithrombotics, a procedure
    counts one class higher.
    """

    classes: tuple[ClassRow, ...]
    drugs: Mapping[str, DrugRow]
    risk_factors: frozenset[str] = frozenset()
    old_age_from: int | None = None

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """Nothing: it is a table."""
        return None

    def bleeding(self, facts: Facts, proposal: Proposal, on: date) -> Bleeding | None:
        """The class of a proposal for this person; None if no row names it."""
        found = next((row.bleeding for row in self.classes if row.concerns(proposal)), None)
        if found is None or not self.raised_by(facts, on):
            return found
        order = list(Bleeding)
        return order[min(order.index(found) + 1, len(order) - 1)]

    def raised_by(self, facts: Facts, on: date) -> list[str]:
        """What makes a procedure count one class higher."""
        reasons = [worded(state) for state in sorted(self.risk_factors & facts.states)]
        if self.old_age_from is not None and facts.birth_date is not None:
            age = age_on(facts.birth_date, on)
            reasons += [f"{age} years old"] if age >= self.old_age_from else []
        thinners = {t.drug for t in self._taken(facts, on) if "nsaid" not in t.classes}
        return reasons + (["more than one blood thinner"] if len(thinners) > 1 else [])

    def not_known(self, facts: Facts) -> list[str]:
        """Risk factors of which nobody knows."""
        return [worded(s) for s in sorted(self.risk_factors) if facts.has(s) is None]

    def plan(
        self, facts: Facts, proposal: Proposal, on: date, classes: frozenset[str]
    ) -> list[HeldDrug]:
        """What is done about each drug of these classes that is taken about that day."""
        bleeding = self.bleeding(facts, proposal, on)
        if bleeding is None:
            return []
        return [
            self._held(taken, bleeding, facts, proposal, on)
            for taken in self._taken(facts, on)
            if classes & taken.classes
        ]

    def _taken(self, facts: Facts, on: date) -> list[Taken]:
        begin = on - timedelta(days=self._longest)
        thinners = ("anticoagulant", "antiplatelet", "fibrinolytic")
        return [
            taken
            for taken in facts.taken
            if taken.overlaps(begin, on)
            and (taken.drug in self.drugs or taken.classes.intersection(thinners))
        ]

    @cached_property
    def _longest(self) -> int:
        return max(
            (row.hold(bleeding).longest for row in self.drugs.values() for bleeding in Bleeding),
            default=0,
        )

    def _held(
        self, taken: Taken, bleeding: Bleeding, facts: Facts, proposal: Proposal, on: date
    ) -> HeldDrug:
        row = self.drugs.get(taken.drug)
        if row is None:
            return HeldDrug(
                key=taken.key,
                label=taken.label,
                drug=taken.drug,
                bleeding_class=bleeding,
                hold="to be decided together",
                is_shared=True,
                needs_prescriber=True,
                notes=("The table has no line for this drug.",),
            )
        if row.then is not None and row.if_state in facts.states:
            row = row.then
        hold, notes = self._hold(row, bleeding, facts, on)
        return replace(
            held(taken, hold, proposal, on),
            bleeding_class=bleeding,
            needs_inr=row.needs_inr and not hold.is_none,
            needs_prescriber=row.needs_prescriber and not hold.is_none,
            notes=tuple(note for note in (row.note, *notes) if note),
        )

    def _hold(
        self, row: DrugRow, bleeding: Bleeding, facts: Facts, on: date
    ) -> tuple[Hold, Iterable[str]]:
        hold = row.hold(bleeding)
        raised = self.raised_by(facts, on)
        notes = [f"One class higher: {', '.join(raised)}."] if raised else []
        if not row.needs_clearance or hold.is_none:
            return hold, notes
        clearance = facts.last("creatinine_clearance", until=on)
        if clearance is None:
            return hold, [*notes, "Creatinine clearance is not known."]
        if clearance.value < LOW_CLEARANCE and row.low_clearance is not None:
            return row.low_clearance, [*notes, "Longer: the kidneys remove it slowly."]
        return hold, notes


@dataclass(frozen=True)
class ReadsTable(Look, ABC):
    """A check that reads the table of another rule; `Rulebook.of` ties the two."""

    table: str
    classes: frozenset[str]
    holds: HoldTable | None = field(default=None, metadata={"is_read": False})

    @abstractmethod
    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""

    def tied(self, tables: Mapping[str, HoldTable]) -> "ReadsTable":
        """The same check with its table, if there is one of that name."""
        return replace(self, holds=tables.get(self.table))

    def plan(self, facts: Facts, proposal: Proposal, on: date) -> list[HeldDrug]:
        """The drugs that are held, or about which somebody must decide."""
        if self.holds is None:
            return []
        return [
            row
            for row in self.holds.plan(facts, proposal, on, self.classes)
            if row.is_shared or row.last_dose_on is not None
        ]


def held(taken: Taken, hold: Hold, proposal: Proposal, on: date) -> HeldDrug:
    """When a drug is taken for the last time before a procedure, and when again."""
    by = None
    if hold.hours and proposal.starts_at is not None:
        by = proposal.starts_at - timedelta(hours=hold.hours)
    is_held = bool(hold.days or hold.hours)
    return HeldDrug(
        key=taken.key,
        label=taken.label,
        drug=taken.drug,
        bleeding_class="",
        hold=str(hold),
        hours=hold.hours,
        last_dose_on=on - timedelta(days=hold.longest) if is_held else None,
        last_dose_by=by,
        restart_hours=hold.restart_hours,
        is_shared=hold.shared,
        confidence=hold.confidence,
    )
