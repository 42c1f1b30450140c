"""FHIR's `value[x]`: a number with its unit, or words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from patients.domain.fhir.reading import Node, concept, written


@dataclass(frozen=True)
class Measured:
    """Either `number` (exact) with `unit`, or `words`, or nothing."""

    number: Decimal | None = None
    unit: str = ""
    words: str = ""


def read_measured(node: Node) -> Measured:
    """The value of an Observation or of one of its components. Raises `FhirError`.

    A missing value is told by the reason the source gives for it. Sampled data (a curve) is not
    kept.
    """
    for key, read in _READERS.items():
        if node.value.get(key) is not None:
            return read(node, key)
    return Measured(words=concept(node.node("dataAbsentReason")).text)


def _quantity(node: Node, key: str) -> Measured:
    quantity = node.node(key)
    number = quantity.number("value")
    unit = quantity.text("unit") or quantity.text("code")
    comparator = quantity.text("comparator")
    if number is None or not comparator:
        return Measured(number, unit if number is not None else "")
    # "< 5" is not 5: it must not be drawn or averaged as if it were.
    return Measured(words=f"{comparator} {written(number)} {unit}".strip())


def _concept(node: Node, key: str) -> Measured:
    return Measured(words=concept(node.node(key)).text)


def _text(node: Node, key: str) -> Measured:
    return Measured(words=node.text(key))


def _integer(node: Node, key: str) -> Measured:
    return Measured(number=node.number(key))


def _boolean(node: Node, key: str) -> Measured:
    return Measured(words="yes" if node.flag(key) else "no")


def _range(node: Node, key: str) -> Measured:
    low, high = (in_words(_quantity(node.node(key), end)) for end in ("low", "high"))
    return Measured(words=f"{low or '…'} to {high or '…'}" if low or high else "")


def _ratio(node: Node, key: str) -> Measured:
    parts = (in_words(_quantity(node.node(key), part)) for part in ("numerator", "denominator"))
    return Measured(words=" : ".join(filter(None, parts)))


def _period(node: Node, key: str) -> Measured:
    ends = (node.node(key).text(end) or "…" for end in ("start", "end"))
    return Measured(words=" to ".join(ends))


def in_words(measured: Measured) -> str:
    """The same as text."""
    if measured.number is None:
        return measured.words
    return f"{written(measured.number)} {measured.unit}".strip()


_READERS: Mapping[str, Callable[[Node, str], Measured]] = {
    "valueQuantity": _quantity,
    "valueCodeableConcept": _concept,
    "valueString": _text,
    "valueInteger": _integer,
    "valueBoolean": _boolean,
    "valueRange": _range,
    "valueRatio": _ratio,
    "valueDateTime": _text,
    "valueTime": _text,
    "valuePeriod": _period,
}
