"""`dose_cap`: how much of a drug, at once, a day, or over a rolling window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treatments.domain.rules.facts import Done, Evidence, Facts, GivenDrug, Proposal, Taken
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.spans import Span, in_window


@dataclass(frozen=True)
class Step:
    """Above `above` (or from it on, if `inclusive`) the rule weighs this much."""

    above: Decimal
    severity: Severity
    inclusive: bool = False

    def reached(self, amount: Decimal) -> bool:
        """Whether the amount is too much for this step."""
        return amount >= self.above if self.inclusive else amount > self.above


@dataclass(frozen=True)
class SessionDose:
    """The steroid of one session; with `drug`, milligrams of that drug, else equivalents."""

    steps: tuple[Step, ...]
    drug: str = ""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        drugs = [d for d in proposal.drugs if (d.key == self.drug if self.drug else d.is_steroid)]
        amounts = [d.milligrams if self.drug else d.equivalent for d in drugs]
        unknown = tuple(f"{d.key}: dose" for d, a in zip(drugs, amounts, strict=True) if a is None)
        total = sum((a for a in amounts if a is not None), start=Decimal(0))
        return _judge(self.steps, total, unknown, clears_on=None)


@dataclass(frozen=True)
class RollingDose:
    """The equivalents of a rolling window: what was given, what is booked, and the proposal."""

    steps: tuple[Step, ...]
    span: Span
    drug: str = ""

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        mine, unsure = self._amount(proposal.drugs)
        if not mine and not unsure:
            return None
        rows = [done for done in facts.done if not (proposal.key and done.key == proposal.key)]
        inside = [
            d for d in rows if d.on and d.on <= on and in_window(d.on, end=on, span=self.span)
        ]
        total, unknown = self._total(inside, mine)
        unknown += unsure + tuple(
            f"{d.label}: not known when" for d in rows if d.on is None and self._steroids(d)
        )
        found = _judge(self.steps, total, unknown, self._clears(rows, mine, on))
        if found is None:
            return None
        evidence = tuple(d.evidence for d in inside if self._steroids(d))
        return Objection(
            because=found.because,
            evidence=evidence,
            missing=found.missing,
            clears_on=found.clears_on,
            window=(self.span.before(on), on),
            severity=found.severity,
        )

    def _steroids(self, done: Done) -> list[GivenDrug]:
        return [d for d in done.drugs if (d.key == self.drug if self.drug else d.is_steroid)]

    def _amount(self, drugs: Sequence[GivenDrug]) -> tuple[Decimal, tuple[str, ...]]:
        mine = [d for d in drugs if (d.key == self.drug if self.drug else d.is_steroid)]
        amounts = [d.milligrams if self.drug else d.equivalent for d in mine]
        unknown = tuple(f"{d.key}: dose" for d, a in zip(mine, amounts, strict=True) if a is None)
        return sum((a for a in amounts if a is not None), start=Decimal(0)), unknown

    def _total(self, rows: Sequence[Done], mine: Decimal) -> tuple[Decimal, tuple[str, ...]]:
        total = mine
        unknown: tuple[str, ...] = ()
        for done in rows:
            amount, unsure = self._amount(done.drugs)
            total += amount
            unknown += tuple(f"{done.label}: {what}" for what in unsure)
        return total, unknown

    def _clears(self, rows: Sequence[Done], mine: Decimal, on: date) -> date | None:
        dated = [done for done in rows if done.on]
        lowest = min(step.above for step in self.steps)
        for day in sorted({self.span.first_day_free_of(done.on) for done in dated if done.on}):
            if day <= on:
                continue
            inside = [
                d
                for d in dated
                if d.on and d.on <= day and in_window(d.on, end=day, span=self.span)
            ]
            total, _unknown = self._total(inside, mine)
            if not any(step.reached(total) for step in self.steps if step.above == lowest):
                return day
        return None


@dataclass(frozen=True)
class DailyMaximum:
    """A share of a drug's greatest daily dose, over everything that is taken of it.

    The proposal's own dose is `documented["daily"]`, milligrams of the drug `documented["drug"]`,
    and its maximum `documented["daily_maximum"]`.
    """

    steps: tuple[Step, ...]
    classes: frozenset[str] = frozenset()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None; a step is a per cent of the maximum."""
        drug = proposal.documented.get("drug")
        if not drug or not self.classes & frozenset(proposal.documented.get("classes", ())):
            return None
        end = proposal.documented.get("end") or date.max
        begin = proposal.documented.get("start") or on
        others = [
            t
            for t in facts.taken
            if t.drug == drug and t.key != proposal.key and t.overlaps(begin, end)
        ]
        daily, maximum = proposal.documented.get("daily"), proposal.documented.get("daily_maximum")
        unknown = tuple(f"{t.label}: daily dose" for t in others if t.daily is None)
        if daily is None or maximum is None:
            return Objection(because="daily dose", missing=("daily dose or its maximum",))
        total = Decimal(daily) + sum(
            (t.daily for t in others if t.daily is not None), start=Decimal(0)
        )
        found = _judge(self.steps, 100 * total / Decimal(maximum), unknown, clears_on=None)
        if found is None:
            return None
        return Objection(
            because=f"{total.normalize():f} mg a day, of at most {Decimal(maximum).normalize():f} mg",
            evidence=tuple(_evidence(t) for t in others),
            missing=found.missing,
            severity=found.severity,
        )


def _evidence(taken: Taken) -> Evidence:
    return Evidence("medication", taken.key, taken.label, taken.start)


def _judge(
    steps: Sequence[Step], total: Decimal, unknown: tuple[str, ...], clears_on: date | None
) -> Objection | None:
    reached = [step for step in steps if step.reached(total)]
    if reached:
        worst = max(reached, key=lambda step: step.above)
        return Objection(
            because=f"{total.normalize():f}, more than {worst.above.normalize():f}",
            clears_on=clears_on,
            severity=worst.severity,
        )
    if unknown:
        return Objection(because="a dose is not known", missing=unknown, severity=Severity.WARN)
    return None
