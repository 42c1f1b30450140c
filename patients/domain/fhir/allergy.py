"""AllergyIntolerance: what a person must not be given."""

from dataclasses import dataclass
from datetime import date

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Node, code_of, needed_concept, one_of
from patients.domain.fhir.times import days_of, period, time_at

STATUSES = frozenset({"active", "inactive", "resolved"})
CRITICALITIES = frozenset({"low", "high", "unable-to-assess"})


@dataclass(frozen=True)
class AllergyFact(Fact):
    """The fields of `patients.models.AllergyIntolerance`."""

    text: str
    code_system: str
    code: str
    category: str
    criticality: str
    status: str
    noted_date: date | None


def read_allergy(resource: Resource) -> Fact:
    """Translate an AllergyIntolerance. Raises `FhirError`.

    Where the source is silent the careful side counts: without a status it is active, without a
    known criticality it could not be assessed. A refuted allergy is inactive.
    """
    node = resource.node
    if is_error(node):
        return Withdrawn(resource.source_id)
    code = needed_concept(node, "code")
    noted = time_at(node, "onsetDateTime") or period(node, "onsetPeriod")[0]
    noted_date, _ = days_of(noted or time_at(node, "recordedDate"), None)
    criticality = node.text("criticality")
    return AllergyFact(
        source_id=resource.source_id,
        text=code.text,
        code_system=code.code_system,
        code=code.code,
        category=", ".join(node.texts("category")),
        criticality=criticality if criticality in CRITICALITIES else "unable-to-assess",
        status=_status(node),
        noted_date=noted_date,
    )


def _status(node: Node) -> str:
    if code_of(node, "verificationStatus") == "refuted":
        return "inactive"
    found = code_of(node, "clinicalStatus") or "active"
    return one_of(found, STATUSES, f"{node.path}.clinicalStatus")


KIND = Kind(subject="patient", read=read_allergy)
