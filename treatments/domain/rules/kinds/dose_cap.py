"""`dose_cap`: how much of a drug, at once, a day, or over a rolling window."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from treatments.domain.rules.facts import Done, Evidence, Facts, GivenDrug, Proposal, Taken
from treatments.domain.rules.finding import Objection, Severity
from treatments.domain.rules.kinds.base import Look
from treatments.domain.rules.spans import Span

_PER_CENT = 100
_DAY = timedelta(days=1)


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
class Sum:
    """An amount as far as it is known, and what is not known of it."""

    known: Decimal = Decimal(0)
    unknown: tuple[str, ...] = ()

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.known + other.known, self.unknown + other.unknown)


@dataclass(frozen=True)
class SessionDose(Look):
    """The steroid of one session in equivalents, or milligrams of each of some `drugs`.

    With `drug`, milligrams of that drug alone.
    """

    steps: tuple[Step, ...] = ()
    drug: str = ""
    drugs: Mapping[str, Decimal] = field(default_factory=dict)

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None; whatever else is given that day counts."""
        for key, most in self.drugs.items():
            line = replace(self, steps=(Step(most, Severity.BLOCK),), drug=key, drugs={})
            found = line.look(facts, proposal, on)
            if found is not None:
                return replace(found, because=f"{key}: {found.because} mg")
        mine = _sum(proposal.drugs, self.drug)
        if not _of_interest(proposal.drugs, self.drug):
            return None
        same_day = [done for done in _others(facts, proposal, self.drug) if done.on == on]
        total = sum((_sum_of(done, self.drug) for done in same_day), start=mine)
        found = judged(self.steps, total)
        return found and replace(found, evidence=tuple(done.evidence for done in same_day))

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day after each."""
        return (Span(days=1).after(done.on) for done in facts.done if done.on)


@dataclass(frozen=True)
class RollingDose(Look):
    """The equivalents of a rolling window: what was given, what is booked, and the proposal.

    With `per_kilogram` the steps are milligrams for each kilogram of the person. Every window with
    the proposal in it is looked at, those that end on a later booking as well.
    """

    steps: tuple[Step, ...]
    span: Span
    drug: str = ""
    per_kilogram: bool = False

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        # While nobody knows yet what will be in it, what was given before is looked at alone.
        if proposal.drugs and not _of_interest(proposal.drugs, self.drug):
            return None
        steps = self._steps(facts, on)
        if steps is None:
            return Objection(because="weight", missing=("weight",))
        rows = _others(facts, proposal, self.drug)
        mine = _sum(proposal.drugs, self.drug) + Sum(
            unknown=tuple(f"{done.label}: not known when" for done in rows if done.on is None)
        )
        return max(
            (self._in_window(steps, rows, mine, end) for end in self._ends(rows, on)),
            key=_weight,
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each dose falls out of the window."""
        return (
            self.span.first_day_free_of(done.on)
            for done in facts.given(self.drug)
            if done.on and self.span.may_reach(done.on, on)
        )

    def _steps(self, facts: Facts, on: date) -> tuple[Step, ...] | None:
        if not self.per_kilogram:
            return self.steps
        weight = facts.last("weight", until=on)
        if weight is None:
            return None
        return tuple(replace(step, above=step.above * weight.value) for step in self.steps)

    def _ends(self, rows: Sequence[Done], on: date) -> list[date]:
        free = self.span.first_day_free_of(on)
        return [on, *sorted({d.on for d in rows if d.on and on < d.on < free})]

    def _in_window(
        self, steps: tuple[Step, ...], rows: Sequence[Done], mine: Sum, end: date
    ) -> Objection | None:
        begin = self.span.before(end)
        inside = [d for d in rows if d.on and begin < d.on <= end]
        found = judged(steps, sum((_sum_of(done, self.drug) for done in inside), start=mine))
        if found is None:
            return None
        evidence = tuple(done.evidence for done in inside)
        return replace(found, evidence=evidence, window=(begin, end))


@dataclass(frozen=True)
class DailyMaximum(Look):
    """A share of a drug's greatest daily dose, over everything that is taken of it.

    The proposal's own dose is `documented["daily"]`, milligrams of the drug `documented["drug"]`,
    and its maximum `documented["daily_maximum"]`. A step is a per cent of the maximum.
    """

    steps: tuple[Step, ...]
    classes: frozenset[str] = frozenset()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        told = proposal.documented
        drug = told.get("drug")
        if not drug or not self.classes & frozenset(told.get("classes", ())):
            return None
        others = self._others(facts, proposal, on)
        daily, maximum = told.get("daily"), told.get("daily_maximum")
        if daily is None or not maximum:
            return Objection(because="daily dose", missing=("daily dose or its maximum",))
        total = self._fullest(others, Decimal(daily), told.get("start") or on)
        share = Sum(_PER_CENT * total.known / Decimal(maximum), total.unknown)
        found = judged(self.steps, share)
        if found is None:
            return None
        most = f"{Decimal(maximum).normalize():f}"
        return replace(
            found,
            because=f"{total.known.normalize():f} mg a day, of at most {most} mg",
            evidence=tuple(Evidence("medication", t.key, t.label, t.start) for t in others),
        )

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The day after the end of each medicine."""
        return (Span(days=1).after(taken.end) for taken in facts.taken if taken.end)

    def _fullest(self, others: Sequence[Taken], daily: Decimal, begin: date) -> Sum:
        """The most that is taken on one day: on the first day of one of them."""
        days = {begin, *(max(taken.start or begin, begin) for taken in others)}
        sums = [
            sum((_daily(t) for t in others if t.overlaps(day, day)), start=Sum(daily))
            for day in sorted(days)
        ]
        unknown = {word: None for total in sums for word in total.unknown}
        return Sum(max(total.known for total in sums), tuple(unknown))

    def _others(self, facts: Facts, proposal: Proposal, on: date) -> list[Taken]:
        begin = proposal.documented.get("start") or on
        end = max(proposal.documented.get("end") or date.max, begin)
        drug = proposal.documented.get("drug")
        return [
            taken
            for taken in facts.taken
            if taken.drug == drug and taken.key != proposal.key and taken.overlaps(begin, end)
        ]


@dataclass(frozen=True)
class DaysTaken(Look):
    """At most `most` days of any of `drugs`, the proposal's and those that lie `within` before."""

    drugs: frozenset[str]
    most: int
    within: Span

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        told = proposal.documented
        if told.get("drug") not in self.drugs:
            return None
        begin = told.get("start") or on
        others = [
            taken
            for taken in facts.taken
            if taken.drug in self.drugs
            and taken.key != proposal.key
            and taken.overlaps(self.within.before(begin), told.get("end") or begin)
        ]
        spans = [(begin, told.get("end")), *((t.start, t.end) for t in others)]
        known = [(first, last) for first, last in spans if first and last]
        days = {first + _DAY * n for first, last in known for n in range((last - first).days + 1)}
        evidence = tuple(Evidence("medication", t.key, t.label, t.start) for t in others)
        if len(days) > self.most:
            because = f"{len(days)} days, of at most {self.most}"
            return Objection(because=because, evidence=evidence)
        if len(known) < len(spans):
            return Objection(because="days", evidence=evidence, missing=("from when to when",))
        return None

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """When each lies too far back."""
        return (self.within.first_day_free_of(t.end) for t in facts.taken if t.end)


def judged(steps: Sequence[Step], total: Sum) -> Objection | None:
    """The heaviest step that is reached; what is not known counts while a step is left above."""
    order = list(Severity)
    reached = [step for step in steps if step.reached(total.known)]
    if not reached:
        if not total.unknown:
            return None
        return Objection(because="a dose is not known", missing=total.unknown)
    worst = min(reached, key=lambda step: (order.index(step.severity), -step.above))
    is_heaviest = all(order.index(worst.severity) <= order.index(step.severity) for step in steps)
    amount, line = f"{total.known.normalize():f}", f"{worst.above.normalize():f}"
    return Objection(
        because=f"{amount}, {'at least' if worst.inclusive else 'more than'} {line}",
        missing=() if is_heaviest else total.unknown,
        severity=worst.severity,
    )


def _daily(taken: Taken) -> Sum:
    if taken.daily is None:
        return Sum(unknown=(f"{taken.label}: daily dose",))
    return Sum(taken.daily)


def _weight(objection: Objection | None) -> tuple[bool, bool, int]:
    """A certain block weighs most; then what could be one, if more were known."""
    if objection is None:
        return False, False, -len(Severity)
    severity = objection.severity or Severity.BLOCK
    is_unsure = bool(objection.missing)
    is_block = severity is Severity.BLOCK and not is_unsure
    return is_block, is_unsure, -list(Severity).index(severity)


def _others(facts: Facts, proposal: Proposal, drug: str) -> list[Done]:
    given = facts.given(drug)
    return [done for done in given if not (proposal.key and done.key == proposal.key)]


def _of_interest(drugs: Sequence[GivenDrug], drug: str) -> list[GivenDrug]:
    return [d for d in drugs if (d.key == drug if drug else d.is_steroid)]


def _sum(drugs: Sequence[GivenDrug], drug: str, label: str = "") -> Sum:
    total = Sum()
    for given in _of_interest(drugs, drug):
        amount = given.milligrams if drug else given.equivalent
        name = f"{label}: {given.key}" if label else given.key
        total += Sum(unknown=(f"{name}: dose",)) if amount is None else Sum(amount)
    return total


def _sum_of(done: Done, drug: str) -> Sum:
    return _sum(done.drugs, drug, done.label)
