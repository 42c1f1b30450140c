"""Reading typed values from plain ones, with a sentence for each that cannot be read.

The fields of a dataclass say what is wanted: text, numbers, spans, words of a vocabulary, nested
tables. Every complaint names its field as a path: `params.which.families`.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from treatments.domain.rules.spans import Span
from treatments.domain.rules.words import CONFIDENCE, STATES, WORDS

# Fields that name states, and fields that name keys of the catalogue.
_STATES = frozenset(
    {"states", "ask_for", "unless_states", "needed_states", "risk_factors", "if_state"}
)
_TREATMENTS = frozenset({"treatments"})
_DRUGS = frozenset({"drug", "drugs"})
_DIAGNOSES = frozenset({"diagnoses", "needed_diagnoses"})
_ICD = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{0,4})?")
_PERCENTS = frozenset({"relief"})
_AT_LEAST_ONE = frozenset({"count"})
_HUNDRED = 100


@dataclass(frozen=True)
class Known:
    """The keys of the catalogue that a rule may name."""

    treatments: frozenset[str]
    drugs: frozenset[str]
    red_flags: frozenset[str]


@dataclass(frozen=True)
class Complaint:
    """What is wrong in which field; `field` is a path."""

    field: str
    text: str


@dataclass
class Reader:
    """Reads, and keeps what it had to complain about.

    What `is_filed` already held once: its numbers are not judged any more.
    """

    known: Known | None = None
    is_filed: bool = False
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, path: str, text: str) -> None:
        """Keep a complaint."""
        self.complaints.append(Complaint(path, text))

    def table(self, shape: type[Any], raw: object, path: str) -> Any:
        """An object of a dataclass, or None if something in it is wrong."""
        if not isinstance(raw, Mapping):
            self.complain(path, "This is a table of fields.")
            return None
        known = _fields_of(shape)
        before = len(self.complaints)
        for name in raw:
            if name not in known:
                self.complain(_inside(path, str(name)), f"There is no field “{name}” here.")
        for name, item in known.items():
            if name not in raw and _is_needed(item):
                self.complain(_inside(path, name), f"“{name}” is missing.")
        hints = _hints_of(shape)
        values = {
            name: self.value(hints[name], raw[name], _inside(path, name))
            for name in known
            if name in raw
        }
        if len(self.complaints) > before:
            return None
        try:
            return shape(**values)
        except ValueError as error:
            self.complain(path, str(error))
            return None

    def value(self, hint: Any, raw: object, path: str) -> Any:
        """A value as the hint wants it; None after a complaint."""
        if isinstance(hint, UnionType):
            return None if raw is None else self.value(get_args(hint)[0], raw, path)
        origin = get_origin(hint)
        if origin in (tuple, frozenset):
            return self._several(hint, origin, raw, path)
        if origin is Mapping:
            return self._named(hint, raw, path)
        if is_dataclass(hint) and hint is not Span:
            return self.table(hint, raw, path)  # type: ignore[arg-type]
        return self._single(hint, raw, path)

    def _several(self, hint: Any, origin: type[Any], raw: object, path: str) -> Any:
        if not isinstance(raw, list | tuple):
            self.complain(path, "This is a list.")
            return None
        return origin(
            self.value(get_args(hint)[0], item, f"{path}.{number}")
            for number, item in enumerate(raw)
        )

    def _named(self, hint: Any, raw: object, path: str) -> Any:
        if not isinstance(raw, Mapping):
            self.complain(path, "This is a table of names.")
            return None
        for name in raw:
            self._check_word(path, str(name), _inside(path, str(name)))
        inner = get_args(hint)[1]
        return {str(name): self.value(inner, raw[name], _inside(path, str(name))) for name in raw}

    def _single(self, hint: Any, raw: object, path: str) -> Any:
        try:
            found = _plain(hint, raw)
        except (ValueError, InvalidOperation) as error:
            self.complain(path, str(error))
            return None
        if isinstance(found, str) and not isinstance(found, StrEnum):
            self._check_word(path, found, path)
        if not self.is_filed and (fault := _fault(_name_of(path), found)):
            self.complain(path, fault)
        return found

    def _check_word(self, path: str, word: str, where: str) -> None:
        name = _name_of(path)
        if name == "confidence":
            if not CONFIDENCE.keys() >= set(word.split("/")):
                self.complain(where, "This is P, S, B, D or C, or several with “/”.")
        elif name in WORDS and word not in WORDS[name]:
            self.complain(where, f"“{word}” is not known here.")
        elif name in _STATES and not self._is_state(word):
            self.complain(where, f"“{word}” is no state or red flag.")
        elif self.known and name in _TREATMENTS and word not in self.known.treatments:
            self.complain(where, f"The catalogue has no treatment “{word}”.")
        elif self.known and name in _DRUGS and word not in self.known.drugs:
            self.complain(where, f"The catalogue has no drug “{word}”.")

    def _is_state(self, word: str) -> bool:
        return word in STATES or self.known is None or word in self.known.red_flags


def _plain(hint: Any, raw: object) -> Any:
    """Text, number, day, span or word of an enumeration. Raises `ValueError`."""
    if hint is Span:
        return Span.parse(str(raw))
    if hint is bool:
        return _of(bool, raw, "This is true or false.")
    if hint is int:
        return _of(int, raw, "This is a whole number.")
    if hint is Decimal:
        return _number(raw)
    if hint is date:
        return _day(raw)
    text = _of(str, raw, "This is a text.")
    if issubclass(hint, StrEnum) and text not in list(hint):
        raise ValueError(f"“{text}” is none of {', '.join(hint)}.")
    return hint(text)


def _fault(name: str, value: object) -> str:
    """What cannot be right about a value of a field, whatever the rule; "" if nothing."""
    if isinstance(value, Span) and not (value.months or value.days):
        return "A span is at least one day long."
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if value < 0:
            return "This cannot be below 0."
        if name in _AT_LEAST_ONE and value < 1:
            return "This is at least 1."
        if name in _PERCENTS and value > _HUNDRED:
            return "This is a percentage: at most 100."
    if name in _DIAGNOSES and not _ICD.fullmatch(str(value)):
        return f"“{value}” is no ICD-10 code, nor the beginning of one, like M54.1."
    return ""


def _of(wanted: type[Any], raw: object, says: str) -> Any:
    if not isinstance(raw, wanted) or (wanted is int and isinstance(raw, bool)):
        raise ValueError(says)
    return raw


def _number(raw: object) -> Decimal:
    says = "This is a number, written as text if it has decimals."
    try:
        number = Decimal("NaN" if isinstance(raw, bool | float) else str(raw))
    except InvalidOperation as error:
        raise ValueError(says) from error
    if not number.is_finite():
        raise ValueError(says)
    return number


def _day(raw: object) -> date:
    try:
        return raw if isinstance(raw, date) else date.fromisoformat(str(raw))
    except ValueError as error:
        raise ValueError("This is a day, like 2026-01-31.") from error


def _is_needed(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _fields_of(shape: type[Any]) -> Mapping[str, Field[Any]]:
    return {item.name: item for item in fields(shape) if item.metadata.get("is_read", True)}


def _hints_of(shape: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(shape)


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name_of(path: str) -> str:
    """The field a path ends in; the number of an item of a list is no field."""
    return next((part for part in reversed(path.split(".")) if not part.isdigit()), "")
