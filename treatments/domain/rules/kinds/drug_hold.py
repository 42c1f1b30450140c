"""`drug_hold`: what thins the blood, stopped in time before a procedure, and taken again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules.facts import Evidence, Facts, Proposal, Taken
from treatments.domain.rules.finding import HeldDrug, Objection, Severity
from treatments.domain.rules.kinds.hold_table import LOW_CLEARANCE, Bleeding, ReadsTable
from treatments.domain.rules.spans import Span

_DAY = timedelta(days=1)
_HOURS_A_DAY = 24
# A number that nobody has confirmed stops nothing by itself.
_UNCONFIRMED = frozenset({"B", "D"})


@dataclass(frozen=True)
class Listed(ReadsTable):
    """Something is taken that is to be held: here is the plan.

    With `only_for` the procedure must be of that class.
    """

    only_for: tuple[Bleeding, ...] = ()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The plan as an objection, or None if nothing is held."""
        rows = self.plan(facts, proposal, on)
        if self.only_for:
            rows = [row for row in rows if row.bleeding_class in self.only_for]
        if not rows or self.holds is None:
            return None
        said = [_said(row) for row in rows]
        unknown = self.holds.not_known(facts)
        if unknown and rows[0].bleeding_class != Bleeding.HIGH:
            said.append(f"not known: {', '.join(unknown)}")
        return Objection(
            because="; ".join(said),
            evidence=_evidence(rows),
            holds=tuple(rows),
        )


@dataclass(frozen=True)
class Unmet(ReadsTable):
    """The last dose was too late, or it is not known when it was."""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None; a number that is not confirmed only informs."""
        rows = [row for row in self.plan(facts, proposal, on) if not row.is_shared]
        taken = {row.key: row for row in facts.taken}
        answers = {row.key: in_time(row, taken[row.key], on) for row in rows}
        late = [row for row in rows if answers[row.key] is False]
        unclear = [row for row in rows if answers[row.key] is None]
        weighty = [row for row in (*late, *unclear) if row.confidence not in _UNCONFIRMED]
        counted = weighty or [*late, *unclear]
        if not counted:
            return None
        is_late = any(row in late for row in counted)
        return Objection(
            because="; ".join(_taken(row, taken[row.key]) for row in counted),
            words="" if is_late else _unclear(counted, taken),
            evidence=tuple(_last_dose(row, taken[row.key]) for row in counted),
            missing=() if is_late else tuple(f"{row.label}: last dose" for row in counted),
            severity=None if weighty else Severity.INFO,
            holds=tuple(counted),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """Each of the days on which what was stopped may have been stopped long enough."""
        longest = 21
        for taken in facts.taken:
            if taken.last_dose_on:
                yield from (taken.last_dose_on + _DAY * number for number in range(longest))
            if taken.end:
                yield from (taken.end + _DAY * number for number in range(longest))


@dataclass(frozen=True)
class ClottingKnown(ReadsTable):
    """For a drug that needs it, an INR of no more than `most`, measured within `within`."""

    most: Decimal = field(kw_only=True)
    within: Span = field(kw_only=True)

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        rows = [row for row in self.plan(facts, proposal, on) if row.needs_inr]
        if not rows:
            return None
        last = facts.last("inr", until=on)
        if last is None or last.on < self.within.before(on):
            return Objection(because="no INR of the day", evidence=_evidence(rows))
        if last.value <= self.most:
            return None
        evidence = Evidence("observation", last.key, "INR", last.on)
        return Objection(
            because=f"INR {last.value.normalize():f}, more than {self.most.normalize():f}",
            evidence=(evidence, *_evidence(rows)),
        )


@dataclass(frozen=True)
class PrescriberAgrees(ReadsTable):
    """Whoever prescribes it agreed in writing: `documented["prescriber_ok"]`, drugs or true."""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        agreed = proposal.documented.get("prescriber_ok") or ()
        rows = [] if agreed is True else self.plan(facts, proposal, on)
        rows = [row for row in rows if row.needs_prescriber and row.drug not in agreed]
        if not rows:
            return None
        return Objection(because=", ".join(row.label for row in rows), evidence=_evidence(rows))


@dataclass(frozen=True)
class KidneysKnown(ReadsTable):
    """For a drug that the kidneys remove: their clearance, known within `within`, and not low."""

    within: Span = field(kw_only=True)

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        table = self.holds.drugs if self.holds else {}
        rows = [
            row
            for row in self.plan(facts, proposal, on)
            if row.drug in table and table[row.drug].needs_clearance
        ]
        if not rows:
            return None
        last = facts.last("creatinine_clearance", until=on)
        names = ", ".join(row.label for row in rows)
        if last is None or last.on < self.within.before(on):
            return Objection(
                because=names,
                evidence=_evidence(rows),
                missing=(f"creatinine clearance within {self.within}",),
            )
        if last.value >= LOW_CLEARANCE:
            return None
        evidence = Evidence("observation", last.key, "creatinine clearance", last.on)
        return Objection(
            because=f"{names}: clearance {last.value.normalize():f}, a longer hold",
            evidence=(evidence, *_evidence(rows)),
        )


@dataclass(frozen=True)
class RestartTold(ReadsTable):
    """The person was told when to take it again: `documented["restart_told"]`."""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        rows = self.plan(facts, proposal, on)
        if not rows or proposal.documented.get("restart_told"):
            return None
        return Objection(
            because="; ".join(
                f"{row.label}: again after {row.restart_hours} hours"
                if row.restart_hours
                else f"{row.label}: restart to be decided"
                for row in rows
            ),
            evidence=_evidence(rows),
            holds=tuple(rows),
        )


@dataclass(frozen=True)
class NotToBeHeld(ReadsTable):
    """Nobody is told to stop what goes on: `documented["held_drugs"]` has what is to be stopped."""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        told = frozenset(proposal.documented.get("held_drugs") or ())
        if self.holds is None or not told:
            return None
        rows = [
            row
            for row in self.holds.plan(facts, proposal, on, self.classes)
            if row.bleeding_class == Bleeding.LOW and row.drug in told and row.last_dose_on is None
        ]
        if not rows:
            return None
        return Objection(because=", ".join(row.label for row in rows), evidence=_evidence(rows))


def in_time(row: HeldDrug, taken: Taken, on: date) -> bool | None:
    """Whether the last dose was in time for a day; None if that cannot be told."""
    if row.last_dose_on is None:
        return True
    if row.last_dose_by is not None and taken.last_dose_at is not None:
        return taken.last_dose_at <= row.last_dose_by
    last = taken.last_dose_on or taken.end
    if last is None:
        return None
    if row.hours is None:
        return last <= row.last_dose_on
    # Hours begin and end within days, and only the days are known.
    least, most = (on - last - _DAY).days * _HOURS_A_DAY, (on - last + _DAY).days * _HOURS_A_DAY
    if least >= row.hours:
        return True
    return False if most <= row.hours else None


def _said(row: HeldDrug) -> str:
    if row.last_dose_on is None:
        return f"{row.label}: {row.hold}"
    return f"{row.label}: last dose no later than {row.last_dose_on} ({row.hold})"


def _unclear(rows: Sequence[HeldDrug], taken: Mapping[str, Taken]) -> str:
    days_only = all(taken[row.key].last_dose_on or taken[row.key].end for row in rows)
    hour = " to the hour" if days_only else ""
    return f"It is not written down{hour} when the last dose was."


def _taken(row: HeldDrug, taken: Taken) -> str:
    """When it was taken last, as far as anybody knows, and when it should have been."""
    last = taken.last_dose_on or taken.end
    told = f"last taken on {last}" if last else "last dose not written down"
    return f"{row.label}: {told}, it should be no later than {row.last_dose_on} ({row.hold})"


def _last_dose(row: HeldDrug, taken: Taken) -> Evidence:
    """The medicine with the day of its last dose; the day it should be is no fact."""
    return Evidence("medication", row.key, row.label, taken.last_dose_on or taken.end)


def _evidence(rows: Sequence[HeldDrug]) -> tuple[Evidence, ...]:
    return tuple(Evidence("medication", row.key, row.label) for row in rows)
