"""Conditions on a person: any one of them holds, or some are not known.

They are what an exclusion objects to, and what narrows another rule to some people.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from treatments.domain.rules.facts import Evidence, Facts, Proposal
from treatments.domain.rules.sessions import Which, sessions_of
from treatments.domain.rules.spans import Span
from treatments.domain.rules.words import DOCUMENTED, EVENTS, MEASUREMENTS, STATES
from treatments.domain.spine import CountingRegion


@dataclass(frozen=True)
class Threshold:
    """A measurement that must not lie below `least` or above `most`, no older than `within`.

    If there is none that is young enough, that is said.
    """

    what: str
    least: Decimal | None = None
    most: Decimal | None = None
    within: Span | None = None
    is_needed: bool = True


@dataclass(frozen=True)
class Recent:
    """Something that happened less than `within` ago; with `is_needed` it must be known when."""

    event: str
    within: Span
    is_needed: bool = False


@dataclass(frozen=True)
class Earlier:
    """A session of `which` before the proposal: at least `least` ago, less than `most` ago."""

    which: Which
    least: Span | None = None
    most: Span | None = None

    def fits(self, day: date, on: date) -> bool:
        """Whether a day is early and late enough."""
        if day >= on or (self.least and on < self.least.after(day)):
            return False
        return self.most is None or on < self.most.after(day)

    def turns(self, day: date, on: date) -> Iterator[date]:
        """When a session of a day becomes early or late enough."""
        for span in (self.least, self.most):
            if span is not None and span.may_reach(day, on):
                yield span.after(day)


@dataclass(frozen=True)
class Met:
    """Which conditions hold, what shows it, and what is not known."""

    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool | None:
        """Whether any condition holds; None if one of them may."""
        if self.reasons:
            return True
        return None if self.missing else False


_NONE_MET = Met()


@dataclass(frozen=True)
class Conditions:
    """Any one of these: a state, an allergy, a medicine, an age, a measurement, a recent event.

    `ask_for` names states that must be known; if one is not, that is said. `given_classes` are
    drugs of the proposal, `taken_classes` medicines (a medicine of `but_not` is let pass).
    `documented` are fields of the proposal with one of these values, or with any if none is named.
    `earlier` are procedures that were done before.
    """

    states: frozenset[str] = frozenset()
    ask_for: frozenset[str] = frozenset()
    allergies: frozenset[str] = frozenset()
    taken_classes: frozenset[str] = frozenset()
    but_not: frozenset[str] = frozenset()
    drugs: frozenset[str] = frozenset()
    given_classes: frozenset[str] = frozenset()
    given_particulate: bool = False
    diagnoses: tuple[str, ...] = ()
    sexes: frozenset[str] = frozenset()
    age_from: int | None = None
    age_until: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    recent: tuple[Recent, ...] = ()
    regions: frozenset[CountingRegion] = frozenset()
    earlier: tuple[Earlier, ...] = ()
    documented: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def met(self, facts: Facts, proposal: Proposal, on: date) -> Met:
        """Which of them hold on a day."""
        parts = [part for look in self._looks for part in look(facts, proposal, on)]
        if not parts:
            return _NONE_MET
        return Met(
            reasons=tuple(reason for part in parts for reason in part.reasons),
            evidence=tuple(row for part in parts for row in part.evidence),
            missing=tuple(word for part in parts for word in part.missing),
        )

    @cached_property
    def _looks(self) -> tuple[Callable[[Facts, Proposal, date], Iterator[Met]], ...]:
        """Where there is anything to look for: most conditions name one thing or two."""
        has_age = self.age_from is not None or self.age_until is not None
        looks: list[tuple[object, Callable[[Facts, Proposal, date], Iterator[Met]]]] = [
            (self.states or self.ask_for, self._states),
            (self.allergies, self._allergies),
            (self.taken_classes or self.drugs, self._medicines),
            (self.given_classes or self.given_particulate, self._given),
            (self.diagnoses, self._diagnoses),
            (self.sexes or has_age, self._person),
            (self.thresholds, self._measurements),
            (self.recent, self._events),
            (self.regions, self._place),
            (self.earlier, self._history),
            (self.documented, self._documented),
        ]
        return tuple(look for is_asked, look in looks if is_asked)

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The days on which one of them may begin or cease to hold."""
        if facts.birth_date is not None:
            yield from self._birthdays(facts.birth_date)
        if self.taken_classes or self.drugs:
            yield from (taken.start for taken in facts.taken if taken.start)
            yield from (taken.end + timedelta(days=1) for taken in facts.taken if taken.end)
        yield from self._measured(facts)
        for earlier in self.earlier:
            for done in facts.of_families(earlier.which.families):
                if done.on:
                    yield done.on + timedelta(days=1)
                    yield from earlier.turns(done.on, on)
        for item in self.recent:
            if item.event in facts.since:
                yield facts.since[item.event]
                yield item.within.after(facts.since[item.event])

    def _birthdays(self, birth: date) -> Iterator[date]:
        for age in (self.age_from, None if self.age_until is None else self.age_until + 1):
            if age is not None:
                # Who was born on a leap day is a year older on the first of March.
                yield Span(months=12 * age).after(birth)
                yield Span(months=12 * age, days=1).after(birth)

    def _measured(self, facts: Facts) -> Iterator[date]:
        """When another value is known, or one that nobody needs is out of date.

        That a needed one grows too old makes nothing better: nobody waits until a bad result is.
        """
        for threshold in self.thresholds:
            for row in facts.measured:
                if row.what != threshold.what:
                    continue
                yield row.on
                if threshold.within is not None and not threshold.is_needed:
                    # The day on which its window begins still counts it.
                    yield threshold.within.first_day_free_of(row.on + timedelta(days=1))

    def _states(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for state in sorted(self.states & facts.states):
            label = worded(state)
            yield Met((label,), (Evidence("state", state, label),))
        for state in sorted(self.ask_for):
            if facts.has(state) is None:
                yield Met(missing=(worded(state),))

    def _allergies(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        given = {key for drug in proposal.drugs for key in (drug.key, *drug.classes)}
        for allergen in sorted(self.allergies & facts.allergies):
            if allergen in given or not given:
                label = allergen.replace("_", " ")
                yield Met((f"allergy: {label}",), (Evidence("allergy", allergen, label),))

    def _medicines(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        begin = proposal.documented.get("start") or on
        end = max(proposal.documented.get("end") or begin, begin)
        for taken in facts.taken:
            is_one = self.taken_classes & taken.classes or taken.drug in self.drugs
            if not is_one or self.but_not & taken.classes or taken.key == proposal.key:
                continue
            if taken.overlaps(begin, end):
                evidence = Evidence("medication", taken.key, taken.label, taken.start)
                yield Met((f"takes {taken.label}",), (evidence,))

    def _given(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for drug in proposal.drugs:
            if self.given_classes & drug.classes or (
                self.given_particulate and drug.is_particulate
            ):
                yield Met((drug.key.replace("-", " "),))
        asked = frozenset(proposal.documented.get("classes", ()))
        if not proposal.drugs and self.given_classes & asked:
            yield Met((", ".join(sorted(self.given_classes & asked)),))

    def _diagnoses(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for code in sorted(facts.diagnoses):
            if self.diagnoses and code.startswith(self.diagnoses):
                yield Met((f"diagnosis {code}",), (Evidence("diagnosis", code, code),))

    def _person(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        if self.sexes:
            if facts.sex is None:
                yield Met(missing=("sex",))
            elif facts.sex in self.sexes:
                yield Met((facts.sex,))
        if self.age_from is None and self.age_until is None:
            return
        if facts.birth_date is None:
            yield Met(missing=("date of birth",))
            return
        age = age_on(facts.birth_date, on)
        if (self.age_from is None or age >= self.age_from) and (
            self.age_until is None or age <= self.age_until
        ):
            yield Met((f"{age} years old",))

    def _measurements(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for threshold in self.thresholds:
            last = facts.last(threshold.what, until=on)
            label = MEASUREMENTS[threshold.what]
            if facts.is_unclear(threshold.what, until=on):
                yield Met(missing=(f"the unit of {label}",))
                continue
            if last is None or (threshold.within and last.on < threshold.within.before(on)):
                if threshold.is_needed:
                    yield Met(missing=(f"a recent {label}",))
                continue
            low = threshold.least is not None and last.value < threshold.least
            high = threshold.most is not None and last.value > threshold.most
            if low or high:
                text = f"{label} {last.value.normalize():f}"
                yield Met((text,), (Evidence("observation", last.key, label, last.on),))

    def _events(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for item in self.recent:
            day = facts.since.get(item.event)
            label = EVENTS[item.event]
            if day is None:
                if item.is_needed:
                    yield Met(missing=(label,))
            elif day <= on < item.within.after(day):
                text = f"{label}: less than {item.within} ago"
                yield Met((text,), (Evidence("event", item.event, label, day),))

    def _place(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        if self.regions and proposal.region is None:
            yield Met(missing=("which region",))
        elif proposal.region in self.regions:
            yield Met((str(proposal.region).replace("_", " "),))

    def _history(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for item in self.earlier:
            found = sessions_of(facts, proposal, item.which)
            sure = [d for day, rows in found.certain.items() if item.fits(day, on) for d in rows]
            maybe = [d for day, rows in found.possible.items() if item.fits(day, on) for d in rows]
            if sure:
                yield Met((f"earlier: {sure[-1].label}",), tuple(done.evidence for done in sure))
            elif maybe or found.undated:
                yield Met(
                    missing=tuple(
                        f"{done.label}: not known where or when"
                        for done in (*maybe, *found.undated)
                    )
                )

    def _documented(self, facts: Facts, proposal: Proposal, on: date) -> Iterator[Met]:
        for name, values in self.documented.items():
            told = proposal.documented.get(name)
            if is_told(told) and (not values or str(told) in values):
                yield Met((DOCUMENTED[name],))


def age_on(birth: date, day: date) -> int:
    """Whole years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_told(value: object) -> bool:
    """Whether something is written down; a number of nought is."""
    return value is not None and value is not False and value not in ("", (), [])


def worded(state: str) -> str:
    """A state or red flag as it is read."""
    return STATES.get(state, state.replace("_", " ").replace("-", " "))
