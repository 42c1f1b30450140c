"""`exclusion`: somebody who must not have it, or not without a second thought."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treatments.domain.rules.facts import Evidence, Facts, Proposal
from treatments.domain.rules.finding import Objection
from treatments.domain.rules.spans import Span


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
class Exclusion:
    """Any one of these objects: a state, an allergy, a medicine, an age, a measurement.

    `ask_for` names states that must be known; if one is not, that is said. `unless_states` lets
    somebody through.
    """

    states: frozenset[str] = frozenset()
    ask_for: frozenset[str] = frozenset()
    unless_states: frozenset[str] = frozenset()
    allergies: frozenset[str] = frozenset()
    taken_classes: frozenset[str] = frozenset()
    diagnoses: tuple[str, ...] = ()
    needed_diagnoses: tuple[str, ...] = ()
    age_from: int | None = None
    age_until: int | None = None
    thresholds: tuple[Threshold, ...] = ()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        if self.unless_states & facts.states:
            return None
        reasons, evidence, missing = [], [], []
        for state in sorted(self.states & facts.states):
            reasons.append(state.replace("_", " "))
            evidence.append(Evidence("state", state, state.replace("_", " ")))
        missing += [s.replace("_", " ") for s in sorted(self.ask_for) if facts.has(s) is None]
        given = {drug.key for drug in proposal.drugs} | {
            c for d in proposal.drugs for c in d.classes
        }
        for allergen in sorted(self.allergies & facts.allergies & (given or self.allergies)):
            reasons.append(f"allergy: {allergen.replace('_', ' ')}")
            evidence.append(Evidence("allergy", allergen, allergen.replace("_", " ")))
        for taken in facts.taken:
            if (
                self.taken_classes & taken.classes
                and taken.overlaps(on, on)
                and taken.key != proposal.key
            ):
                reasons.append(f"takes {taken.label}")
                evidence.append(Evidence("medication", taken.key, taken.label, taken.start))
        wrong = (
            sorted(code for code in facts.diagnoses if code.startswith(self.diagnoses))
            if self.diagnoses
            else []
        )
        reasons += [f"diagnosis {code}" for code in wrong]
        if self.needed_diagnoses and not any(
            c.startswith(self.needed_diagnoses) for c in facts.diagnoses
        ):
            reasons.append("none of the diagnoses it is for is on record")
        self._look_at_age(facts, on, reasons, missing)
        for threshold in self.thresholds:
            self._measure(threshold, facts, on, reasons, evidence, missing)
        if not reasons and not missing:
            return None
        return Objection(
            because=", ".join(reasons) or "not everything is known",
            evidence=tuple(evidence),
            # What is known already objects; what is not known cannot make that weaker.
            missing=() if reasons else tuple(missing),
        )

    def _look_at_age(self, facts: Facts, on: date, reasons: list[str], missing: list[str]) -> None:
        if self.age_from is None and self.age_until is None:
            return
        if facts.birth_date is None:
            missing.append("date of birth")
            return
        birth = facts.birth_date
        age = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
        if (self.age_from is None or age >= self.age_from) and (
            self.age_until is None or age <= self.age_until
        ):
            reasons.append(f"{age} years old")

    def _measure(
        self,
        threshold: Threshold,
        facts: Facts,
        on: date,
        reasons: list[str],
        evidence: list[Evidence],
        missing: list[str],
    ) -> None:
        last = facts.last(threshold.what, until=on)
        if last is None or (threshold.within and last.on < threshold.within.before(on)):
            if threshold.is_needed:
                missing.append(f"a recent {threshold.what}")
            return
        low = threshold.least is not None and last.value < threshold.least
        high = threshold.most is not None and last.value > threshold.most
        if low or high:
            reasons.append(f"{threshold.what} {last.value.normalize():f}")
            evidence.append(Evidence("observation", last.key, threshold.what, last.on))
