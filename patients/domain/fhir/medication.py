"""MedicationRequest: what a person takes or has taken."""

from dataclasses import dataclass
from datetime import date

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Concept, FhirError, Node, concept, needed_concept, written
from patients.domain.fhir.times import days_of, period, time_at

STATUSES = frozenset({"active", "on-hold", "completed", "stopped", "cancelled", "unknown"})
_UNITS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}


@dataclass(frozen=True)
class MedicationFact(Fact):
    """The fields of `patients.models.MedicationStatement`."""

    text: str
    code_system: str
    code: str
    dosage: str
    status: str
    start_date: date | None
    end_date: date | None


def read_medication(resource: Resource) -> Fact:
    """Translate a MedicationRequest. Raises `FhirError`.

    A status that is missing, a draft's, or none of FHIR's is `unknown`. A request *not* to give
    the drug is no medication. The start is the one the dosage states, else the day of writing.
    """
    node = resource.node
    if is_error(node) or node.flag("doNotPerform"):
        return Withdrawn(resource.source_id)
    drug = _drug(resource)
    status = node.text("status")
    start_date, end_date = _days(node)
    return MedicationFact(
        source_id=resource.source_id,
        text=drug.text,
        code_system=drug.code_system,
        code=drug.code,
        dosage="; ".join(filter(None, map(_dosage, node.nodes("dosageInstruction")))),
        status=status if status in STATUSES else "unknown",
        start_date=start_date,
        end_date=end_date,
    )


def _drug(resource: Resource) -> Concept:
    node = resource.node
    if node.node("medicationCodeableConcept"):
        return needed_concept(node, "medicationCodeableConcept")
    reference = node.node("medicationReference")
    target = reference.text("reference")
    found = _contained(node, target) if target.startswith("#") else resource.find(target)
    is_drug = found is not None and found.text("resourceType") == "Medication"
    named = concept(found.node("code")) if found and is_drug else Concept()
    text = named.text or reference.text("display")
    if not text:
        raise FhirError(f"{node.path} names no medication.")
    return Concept(text, named.code_system, named.code)


def _contained(node: Node, target: str) -> Node | None:
    inside = node.nodes("contained")
    return next((other for other in inside if f"#{other.text('id')}" == target), None)


def _days(node: Node) -> tuple[date | None, date | None]:
    repeat = node.first("dosageInstruction").node("timing").node("repeat")
    start, end = days_of(*period(repeat, "boundsPeriod"))
    written_on, _ = days_of(time_at(node, "authoredOn"), None)
    if start is None and written_on and (end is None or written_on <= end):
        start = written_on
    return start, end


def _dosage(node: Node) -> str:
    """The instruction as the source words it, else in our words from its parts."""
    if node.text("text"):
        return node.text("text")
    extra = [concept(other).text for other in node.nodes("additionalInstruction")]
    regular = f"{_dose(node)} {_frequency(node.node('timing'))}".strip()
    parts = [regular, _as_needed(node), *extra]
    return ", ".join(part for part in parts if part)


def _dose(node: Node) -> str:
    quantity = node.first("doseAndRate").node("doseQuantity")
    value = quantity.number("value")
    return "" if value is None else f"{written(value)} {quantity.text('unit')}".strip()


def _frequency(timing: Node) -> str:
    repeat = timing.node("repeat")
    times, span = repeat.number("frequency"), repeat.number("period")
    unit = _UNITS.get(repeat.text("periodUnit"))
    if span is None or unit is None:
        return concept(timing.node("code")).text
    every = f"every {unit}" if span == 1 else f"every {written(span)} {unit}s"
    return every if times in (None, 1) else f"{written(times)} times {every}"


def _as_needed(node: Node) -> str:
    reason = concept(node.node("asNeededCodeableConcept")).text
    if reason:
        return f"as needed for {reason}"
    return "as needed" if node.flag("asNeededBoolean") else ""


KIND = Kind(subject="subject", read=read_medication)
