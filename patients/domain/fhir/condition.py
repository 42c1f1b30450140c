"""Condition: what a person has or has had."""

from dataclasses import dataclass
from datetime import date

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Node, code_of, needed_concept, one_of
from patients.domain.fhir.times import FhirTime, days_of, period, start_and_end, time_at

STATUSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})


@dataclass(frozen=True)
class ConditionFact(Fact):
    """The fields of `patients.models.Condition`."""

    text: str
    code_system: str
    code: str
    status: str
    verification: str
    onset_date: date | None
    abatement_date: date | None


def read_condition(resource: Resource) -> Fact:
    """Translate a Condition. Raises `FhirError`.

    Onset and abatement that are told as an age or in words have no date. Without a clinical status
    a condition is resolved if it abated, else active; a refuted one does not count as active.
    """
    node = resource.node
    if is_error(node):
        return Withdrawn(resource.source_id)
    code = needed_concept(node, "code")
    verification = code_of(node, "verificationStatus")
    onset = time_at(node, "onsetDateTime") or period(node, "onsetPeriod")[0]
    abated = time_at(node, "abatementDateTime") or period(node, "abatementPeriod")[1]
    onset_date, abatement_date = days_of(*start_and_end(onset, abated, node.path))
    return ConditionFact(
        source_id=resource.source_id,
        text=code.text,
        code_system=code.code_system,
        code=code.code,
        status="inactive" if verification == "refuted" else _status(node, abated),
        verification=verification,
        onset_date=onset_date,
        abatement_date=abatement_date,
    )


def _status(node: Node, abated: FhirTime | None) -> str:
    found = code_of(node, "clinicalStatus")
    if not found:
        return "resolved" if abated else "active"
    return one_of(found, STATUSES, f"{node.path}.clinicalStatus")


KIND = Kind(subject="subject", read=read_condition)
