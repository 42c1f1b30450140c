"""Procedure: what was done to a person elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Node, needed_concept
from patients.domain.fhir.times import FhirTime, instants_of, period, time_at

# FHIR's event status in the words of `treatments.models.ProcedureStatus`.
_STATUSES = {
    "completed": "completed",
    "stopped": "stopped",
    "not-done": "not-done",
    "in-progress": "in-progress",
    "on-hold": "in-progress",
}


@dataclass(frozen=True)
class ProcedureFact(Fact):
    """The fields of `treatments.models.Procedure`."""

    text: str
    code_system: str
    code: str
    status: str
    performed_at: datetime | None
    ended_at: datetime | None
    # What another clinic did is outside history: it counts, but nobody here signs it.
    record_status: str = "outside"


def read_procedure(resource: Resource) -> Fact:
    """Translate a Procedure. Raises `FhirError`.

    What was done at some time of a year or month keeps both ends of that time: whoever counts
    intervals can take the careful one. Ages and words (`performedString`) give no date. A status
    that is missing, `preparation`, or none of FHIR's is `unknown`.
    """
    node = resource.node
    if is_error(node):
        return Withdrawn(resource.source_id)
    code = needed_concept(node, "code")
    performed_at, ended_at = instants_of(*_performed(node))
    return ProcedureFact(
        source_id=resource.source_id,
        text=code.text,
        code_system=code.code_system,
        code=code.code,
        status=_STATUSES.get(node.text("status"), "unknown"),
        performed_at=performed_at,
        ended_at=ended_at,
    )


def _performed(node: Node) -> tuple[FhirTime | None, FhirTime | None]:
    at = time_at(node, "performedDateTime")
    end = None
    if at is None:
        at, end = period(node, "performedPeriod")
    is_wide = at is not None and at.first_day != at.last_day
    # Begun at some time of a year, and no word of an end: that year is all that is known.
    return at, end or (at if is_wide else None)


KIND = Kind(subject="subject", read=read_procedure)
