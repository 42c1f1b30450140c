"""What the rules say about something planned, and from when on it would pass.

Nobody's permission is asked: what comes of it goes to an action, or is shown in the words that the
viewer may read (`treatments/queries/findings.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from treatments.domain.amounts import Amount
from treatments.domain.course_orders import Detail, MedicationOrder, ProceduralOrder, TherapyOrder
from treatments.domain.procedure_items import instant_of
from treatments.domain.procedures import Content
from treatments.domain.rules import Earliest, Facts, Finding, Proposal, earliest_allowed, evaluate
from treatments.domain.rules.facts import Done, Measurement, Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.words import STATES
from treatments.domain.rules_authorized import with_authorization
from treatments.facts.known import Known, known
from treatments.facts.people import clinic_zone, facts_about
from treatments.facts.procedures import given_drug, only, region_of_row
from treatments.models import TreatmentCourse


@dataclass
class Assessment:
    """The rules' answer about one proposal for one person, for any day that is asked."""

    facts: Facts
    proposal: Proposal
    known: Known
    stages: frozenset[Stage] = frozenset()
    _by_day: dict[date, tuple[Finding, ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Finding, ...]:
        """What they find for a day, the weightiest first."""
        if day not in self._by_day:
            asked = with_authorization(self.proposal, self.facts, day)
            found = evaluate(self.facts, asked, self.known.rulebook, day, stages=self.stages)
            self._by_day[day] = tuple(plainly(found, self.known))
        return self._by_day[day]

    def blocks(self, day: date) -> tuple[Finding, ...]:
        """What stops it on a day."""
        return tuple(f for f in self.on(day) if f.severity is Severity.BLOCK)

    def allows(self, day: date) -> bool:
        """Whether nothing stops it on a day."""
        return not self.blocks(day)

    def at(self, stages: frozenset[Stage]) -> "Assessment":
        """What the rules of these stages say, each once; by default those of the proposal's own."""
        return Assessment(self.facts, self.proposal, self.known, stages)

    def without(self, key: str) -> "Assessment":
        """The same as if one row had not been there: a correction is not counted beside it."""
        done = tuple(row for row in self.facts.done if row.key != key)
        if len(done) == len(self.facts.done):
            return self
        return Assessment(replace(self.facts, done=done), self.proposal, self.known)

    def earliest(self, day: date) -> Earliest:
        """The first day, from this one on, on which nothing stops it."""
        asked = with_authorization(self.proposal, self.facts, day)
        return earliest_allowed(self.facts, asked, self.known.rulebook, day)


def plainly(found: Iterable[Finding], told: Known) -> Iterator[Finding]:
    """Findings with words for the desk that fit their weight.

    A rule that would stop but only warns (because something is not known, or another pays) must not
    tell the desk that nothing can be booked.
    """
    stops = told.rulebook.stops
    for finding in found:
        if finding.rule in stops and finding.severity is not Severity.BLOCK:
            yield replace(finding, desk_message=MUST_LOOK)
        else:
            yield finding


MUST_LOOK = "The physician must look at this before the visit."


def assess(
    patient_id: UUID,
    proposal: Proposal,
    on: date,
    *,
    zone: ZoneInfo,
    booked: Sequence[Done] = (),
    known_now: Known | None = None,
) -> Assessment:
    """What the rules say about a proposal for a person, in five queries with the coming visits."""
    told = known_now or known()
    facts = facts_about(patient_id, known=told, on=on, zone=zone, booked=booked)
    return Assessment(facts, proposal, told)


def proposal_of(
    told: Known,
    treatment: str,
    stage: Stage,
    *,
    region: str = "",
    levels: Iterable[str] = (),
    side: str = "",
    approach: str = "",
    purpose: str = "",
    key: str = "",
    **more: Any,
) -> Proposal:
    """A proposal of this treatment; what the treatment leaves no choice about is filled in."""
    entry = told.treatments.get(treatment)
    return Proposal(
        treatment=treatment,
        families=entry.families if entry else frozenset(),
        stage=stage,
        region=region_of_row(region, entry),
        levels=frozenset(levels),
        side=side,
        approach=approach or only(entry.approaches if entry else ()),
        purpose=purpose or only(entry.purposes if entry else ()),
        key=key,
        **more,
    )


def proposal_of_course(
    told: Known, course: TreatmentCourse, stage: Stage, *, key: str = ""
) -> Proposal:
    """What a course of treatment proposes: where, which levels, which side, how; or which drug."""
    days = (course.start_date, course.end_date)
    found = proposal_of_order(told, course.treatment_id, course.order, days, stage, key=key)
    if not course.goal:
        return found
    return replace(found, documented={**found.documented, "goals": course.goal})


def proposal_of_order(
    told: Known,
    treatment: str,
    detail: Detail,
    days: tuple[date | None, date | None],
    stage: Stage,
    *,
    key: str = "",
) -> Proposal:
    """What an order proposes, from its first to its last day; either may be open."""
    more: dict[str, Any] = {}
    if isinstance(detail, ProceduralOrder):
        more = {
            "region": detail.region,
            "levels": detail.levels,
            "side": detail.laterality,
            "approach": detail.approach,
        }
    if isinstance(detail, MedicationOrder):
        more["documented"] = medication_told(
            told, detail.drug, detail.dose, detail.doses_per_day, *days
        )
    if isinstance(detail, TherapyOrder):
        more["documented"] = {
            "plan_type": detail.discipline,
            "plan_amount": detail.visits_planned,
            "plan_frequency": detail.visits_per_week,
            "plan_duration": detail.certified_end_date,
        }
    return proposal_of(told, treatment, stage, key=key, **more)


def medication_told(
    told: Known,
    drug: str,
    dose: Amount,
    times: Decimal,
    start: date | None,
    end: date | None,
) -> dict[str, Any]:
    """What a rule about drugs asks of an order: the drug, its classes, how much a day, how long."""
    entry = told.drugs.by_key.get(drug)
    once = given_drug(told, drug, dose.value, dose.unit).milligrams
    return {
        "drug": drug,
        "classes": tuple(entry.classes) if entry else (),
        "daily": once * times if once is not None else None,
        "daily_maximum": entry.max_daily if entry else None,
        "start": start,
        "end": end,
    }


def proposal_of_procedure(
    told: Known, treatment: str, content: Content, stage: Stage, *, key: str = ""
) -> Proposal:
    """What a procedure is, as it is being written down."""
    drugs = tuple(
        given_drug(told, row.drug, row.dose, row.dose_unit) for row in content.drugs if row.drug
    )
    return proposal_of(
        told,
        treatment,
        stage,
        region=content.region,
        levels=content.levels,
        side=content.laterality,
        approach=content.approach,
        purpose=content.purpose,
        key=key,
        drugs=drugs,
        documented=_documented(content),
    )


def with_checklist(facts: Facts, content: Content, on: date) -> Facts:
    """The facts with what the form itself says of the day: states, an INR, and the last dose.

    An INR is of the day on which the form says that it was measured; of `on` if it says none.
    """
    told = {key for key, answer in content.checklist.items() if answer is True and key in STATES}
    told |= {key for key, yes in _SAID if content.checklist.get(key) == yes}
    denied = {key for key, no in _DENIED if content.checklist.get(key) == no}
    facts = replace(
        facts, states=facts.states | told, absent=(facts.absent | denied) - facts.states - told
    )
    inr, last = content.checklist.get("inr"), instant_of(content.checklist, "anticoagulant_last_at")
    if content.pain_before is not None:
        pain = Measurement("form-pain", "pain", Decimal(content.pain_before), on)
        facts = replace(facts, measured=(pain, *facts.measured))
    if inr:
        # What is written now is asked before what came from elsewhere on the same day.
        at = instant_of(content.checklist, "inr_at")
        day = _day(at) if at else on
        measured = Measurement("form", "inr", Decimal(str(inr)), day)
        facts = replace(facts, measured=(measured, *facts.measured))
    if last:
        taken = tuple(
            replace(row, last_dose_on=_day(last), last_dose_at=last if last.tzinfo else None)
            if row.classes & _THINNING
            else row
            for row in facts.taken
        )
        facts = replace(facts, taken=taken)
    return facts


def _day(at: datetime) -> date:
    """The day of an instant by the clinic's clock; what has no zone is by that clock already."""
    return (at.astimezone(clinic_zone()) if at.tzinfo else at).date()


_SAID = (("infection", "yes"), ("pregnancy", "positive"))
_DENIED = (("infection", "no"), ("pregnancy", "negative"), ("pregnancy", "not_applicable"))
_THINNING = frozenset({"anticoagulant", "antiplatelet"})


def _documented(content: Content) -> dict[str, Any]:
    answers = {**content.device_settings, **content.checklist}
    return {
        **{name: value for name, value in answers.items() if not isinstance(value, dict)},
        "guidance": content.guidance,
        "sedation": content.sedation,
        "pain_before": content.pain_before,
        "pain_after": content.pain_after,
        "contrast": any(row.role == "contrast" for row in content.drugs),
        "levels_are_asked": True,
        "local_volume_ml": _local_volume(content),
    }


def _local_volume(content: Content) -> Decimal | None:
    """Millilitres of local anesthetic for each level and side; None if that cannot be told."""
    volumes = [row.volume_ml for row in content.drugs if row.role == "local_anesthetic"]
    places = len(content.levels) * (2 if content.laterality == "bilateral" else 1)
    told = [volume for volume in volumes if volume is not None]
    return sum(told, Decimal(0)) / places if told and places else None
