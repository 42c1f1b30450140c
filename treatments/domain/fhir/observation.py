"""Observation: what was measured."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Node, concept, needed_concept, written
from patients.domain.fhir.times import FhirTime, instants_of, period, time_at
from treatments.domain.fhir.measured import Measured, in_words, read_measured

# What the column holds: 18 digits before the point and 6 after it.
WHOLE_DIGITS = 18
STEP = Decimal("0.000001")
# The power of ten of the first digit; below it fewer than three of six decimals would be left.
SMALLEST_ROUNDED = -4
_ROUNDING = Context(prec=WHOLE_DIGITS + 6, rounding=ROUND_HALF_EVEN)
STATUSES = frozenset({"registered", "preliminary", "final", "amended", "corrected", "cancelled"})


@dataclass(frozen=True)
class ObservationFact(Fact):
    """The fields of `treatments.models.Observation`."""

    category: str
    text: str
    code_system: str
    code: str
    status: str
    effective_at: datetime | None
    value: Decimal | None
    unit: str
    value_text: str
    components: list[dict[str, str]]


def read_observation(resource: Resource) -> Fact:
    """Translate an Observation. Raises `FhirError`.

    A status that is missing or none of FHIR's is `unknown`. Of a period the start counts.
    """
    node = resource.node
    if is_error(node):
        return Withdrawn(resource.source_id)
    code = needed_concept(node, "code")
    measured = storable(read_measured(node))
    status = node.text("status")
    effective_at, _ = instants_of(_effective(node), None)
    return ObservationFact(
        source_id=resource.source_id,
        category=_category(node),
        text=code.text,
        code_system=code.code_system,
        code=code.code,
        status=status if status in STATUSES else "unknown",
        effective_at=effective_at,
        value=measured.number,
        unit=measured.unit,
        value_text=measured.words,
        components=[_component(part) for part in node.nodes("component")],
    )


def storable(measured: Measured) -> Measured:
    """Rounded to six decimals; in words where a column of that form would lose the number.

    That is one with more than 18 digits before the point, or one so small that fewer than three of
    its digits would be left.
    """
    number = measured.number
    if number is None:
        return measured
    try:
        rounded = number.quantize(STEP, context=_ROUNDING)
    except InvalidOperation:
        return Measured(words=in_words(measured))
    if rounded != number and rounded.adjusted() < SMALLEST_ROUNDED:
        return Measured(words=in_words(measured))
    return Measured(rounded, measured.unit)


def _effective(node: Node) -> FhirTime | None:
    at = time_at(node, "effectiveDateTime") or time_at(node, "effectiveInstant")
    return at or period(node, "effectivePeriod")[0]


def _category(node: Node) -> str:
    category = node.first("category")
    return category.first("coding").text("code") or concept(category).text


def _component(node: Node) -> dict[str, str]:
    code = needed_concept(node, "code")
    measured = read_measured(node)
    value = measured.words if measured.number is None else written(measured.number)
    return {"text": code.text, "code": code.code, "value": value, "unit": measured.unit}


KIND = Kind(subject="subject", read=read_observation)
