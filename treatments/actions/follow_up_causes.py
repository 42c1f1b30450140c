"""What makes follow-ups due: a procedure or a course, when it was, and what is known of the person.

Asked by the actions about follow-ups, inside their transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from patients.models import Condition, Patient
from treatments.domain.protocols import Protocol, Step
from treatments.domain.recognized import states_of
from treatments.models import CourseForm, DrugRole, Procedure, ProcedureStatus, TreatmentCourse

# Steps of the protocol of therapies; a plan that begins in these days is the first one.
_CERTIFICATION, _CERTIFIED_AGAIN = "certification", "recertification"
_FIRST_PLAN = timedelta(days=30)


@dataclass(frozen=True)
class Cause:
    """What makes things due, and from when on they are counted.

    With `only_safety` it was stopped: whoever was touched by a needle is called, and nobody asks
    how much it helped. `certified` are the first and the last day of a certified plan.
    """

    patient: Patient
    protocol: str
    start_at: datetime
    facts: frozenset[str]
    link: Mapping[str, Any]
    only_safety: bool = False
    certified: tuple[date, date] | None = None

    def steps_of(self, protocol: Protocol) -> list[Step]:
        """What is due of a protocol."""
        due = protocol.due_steps(self.facts)
        return [step for step in due if step.is_safety or not self.only_safety]

    def is_done(self, step: Step) -> bool:
        """Whether what caused it says that this was done already."""
        return self.certified is not None and step.key == _CERTIFICATION

    def due(self, step: Step) -> tuple[datetime, datetime]:
        """From when and until when. A plan is certified again before it ends."""
        earliest, last = step.due(self.start_at)
        if self.certified is None or step.key != _CERTIFIED_AGAIN:
            return earliest, last
        begin, end = (datetime.combine(day, time(12), UTC) for day in self.certified)
        is_first = begin - self.start_at <= _FIRST_PLAN
        until = min(last, end) if is_first else end
        return max(self.start_at, until - (last - earliest)), until


def of_procedure(procedure: Procedure) -> Cause | None:
    """What a procedure makes due; None if it says too little."""
    if procedure.performed_at is None or procedure.treatment is None:
        return None
    facts = {procedure.purpose} if procedure.purpose else set()
    if procedure.drugs.filter(role=DrugRole.STEROID).exists():
        facts.add("steroid")
    return Cause(
        patient=procedure.patient,
        protocol=procedure.treatment.details.get("protocol", ""),
        start_at=procedure.performed_at,
        facts=_conditions(procedure.patient) | facts,
        link={"procedure": procedure},
        only_safety=procedure.status == ProcedureStatus.STOPPED,
    )


def of_course(course: TreatmentCourse | None, now: datetime) -> Cause | None:
    """What a course makes due; None for one that makes nothing due, or not yet.

    After an operation days are counted from the operation, however long somebody waited for it.
    """
    # The follow-ups of procedures come from each procedure, not from the course they belong to.
    if course is None or course.form == CourseForm.PROCEDURAL:
        return None
    begun = course.start_date
    if course.form == CourseForm.REFERRAL:
        begun = course.referral.performed_date
        if begun is None:
            return None
    return Cause(
        patient=course.patient,
        protocol=course.treatment.details.get("protocol", ""),
        # Noon in UTC is the same day in every place with a clinic.
        start_at=datetime.combine(begun, time(12), UTC) if begun else now,
        facts=_conditions(course.patient),
        link={"course": course},
        certified=_certified(course),
    )


def _certified(course: TreatmentCourse) -> tuple[date, date] | None:
    detail = getattr(course, "therapy", None)
    if detail is None or detail.certified_end_date is None:
        return None
    return detail.certified_start_date, detail.certified_end_date


def _conditions(patient: Patient) -> frozenset[str]:
    """What the problem list says is so, as the chart and the rules read it."""
    rows = Condition.objects.filter(patient=patient)
    return states_of((row.text, _icd(row)) for row in rows if row.is_active)


def _icd(row: Condition) -> str:
    return row.code if "icd-10" in row.code_system.casefold() else ""
