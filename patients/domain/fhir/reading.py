"""Taking values out of JSON that somebody else wrote, and saying exactly where it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LONGEST_TEXT = 10_000
MOST_DIGITS = 60

# FHIR allows only tab, line feed and carriage return; PostgreSQL takes no NUL, UTF-8 no surrogate.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class FhirError(ValueError):
    """The resource cannot be used; the message is a plain reason that names the element."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object and where it stands (`Condition.code.coding[0]`).

    Every reader answers an absent (or null) element with its empty value, and raises `FhirError`
    for one of the wrong type.
    """

    value: Mapping[str, Any]
    path: str

    def __bool__(self) -> bool:
        return bool(self.value)

    def text(self, key: str, *, longest: int = LONGEST_TEXT) -> str:
        """The trimmed string, or ""."""
        found = self.value.get(key)
        return "" if found is None else _clean(found, f"{self.path}.{key}", longest)

    def texts(self, key: str, *, longest: int = LONGEST_TEXT) -> list[str]:
        """The trimmed strings of a list, without the empty ones."""
        found = [
            _clean(item, f"{self.path}.{key}[{index}]", longest)
            for index, item in enumerate(self._list(key))
            if item is not None
        ]
        return [item for item in found if item]

    def node(self, key: str) -> "Node":
        """The object, or an empty one."""
        found = self.value.get(key)
        return _node({} if found is None else found, f"{self.path}.{key}")

    def nodes(self, key: str) -> list["Node"]:
        """The objects of a list."""
        found = self._list(key)
        return [_node(item, f"{self.path}.{key}[{i}]") for i, item in enumerate(found)]

    def first(self, key: str) -> "Node":
        """The first object of a list, or an empty one."""
        found = self.nodes(key)
        return found[0] if found else Node({}, f"{self.path}.{key}[0]")

    def number(self, key: str) -> Decimal | None:
        """The number, exactly as written."""
        found = self.value.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise FhirError(f"{self.path}.{key} is not a number.")
        exact = Decimal(found)
        if len(exact.as_tuple().digits) > MOST_DIGITS:
            raise FhirError(f"{self.path}.{key} has more than {MOST_DIGITS} digits.")
        return exact

    def flag(self, key: str) -> bool | None:
        """True, False, or None where nothing is said."""
        found = self.value.get(key)
        if found is not None and not isinstance(found, bool):
            raise FhirError(f"{self.path}.{key} is neither true nor false.")
        return found

    def _list(self, key: str) -> list[Any]:
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise FhirError(f"{self.path}.{key} is not a list.")
        return found


def _node(value: object, path: str) -> Node:
    if not isinstance(value, dict):
        raise FhirError(f"{path} is not an object.")
    return Node(value, path)


def _clean(value: object, path: str, longest: int) -> str:
    if not isinstance(value, str):
        raise FhirError(f"{path} is not a string.")
    bad = _FORBIDDEN.search(value)
    if bad:
        raise FhirError(f"{path} holds a character that no text may hold (U+{ord(bad[0]):04X}).")
    return limited(value.strip(), longest, path)


def limited(text: str, longest: int, path: str) -> str:
    """The text, if it fits. Raises `FhirError` for a longer one: nothing is cut off silently."""
    if len(text) > longest:
        raise FhirError(f"{path} is longer than {longest} characters.")
    return text


def written(number: Decimal) -> str:
    """The number as people write it; an astronomic one keeps its exponent."""
    return f"{number:f}" if -MOST_DIGITS < number.adjusted() < MOST_DIGITS else str(number)


@dataclass(frozen=True)
class Concept:
    """What is meant: words for people, and one code of the source's own."""

    text: str = ""
    code_system: str = ""
    code: str = ""


def concept(node: Node) -> Concept:
    """A CodeableConcept. The words are its text, else the coding's display, else the bare code.

    Of several codings, the one a user selected counts, else the first.
    """
    codings = node.nodes("coding")
    chosen = next((c for c in codings if c.flag("userSelected")), node.first("coding"))
    code = chosen.text("code")
    text = node.text("text") or chosen.text("display") or code
    return Concept(text=text, code_system=chosen.text("system") if code else "", code=code)


def needed_concept(parent: Node, key: str) -> Concept:
    """A CodeableConcept that says something. Raises `FhirError` for one without any words."""
    found = concept(parent.node(key))
    if not found.text:
        raise FhirError(f"{parent.path}.{key} has no text, display or code.")
    return found


def code_of(parent: Node, key: str) -> str:
    """The code alone, for statuses; "" if there is none."""
    return parent.node(key).first("coding").text("code")


def one_of(value: str, allowed: frozenset[str], where: str) -> str:
    """The value, if it is one of those allowed. Raises `FhirError` otherwise."""
    if value not in allowed:
        raise FhirError(f"{where} is {value[:40]!r}; known are {', '.join(sorted(allowed))}.")
    return value
