"""The shape of the catalogue: what an entry of each section says besides its name.

Entries are read from YAML files or from a manager's form; both end here, so that whatever cannot be
understood is refused in one place and with one sentence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from treatments.domain.details import (
    CauseDetails,
    DiagnosticDetails,
    DrugDetails,
    RedFlagDetails,
    RiskDetails,
    TreatmentDetails,
)
from treatments.domain.vocabulary import unknown_words

__all__ = [
    "KINDS",
    "CatalogueError",
    "CauseDetails",
    "Details",
    "DiagnosticDetails",
    "DrugDetails",
    "Entry",
    "RedFlagDetails",
    "RiskDetails",
    "TreatmentDetails",
    "check_references",
    "checked",
    "details_of",
    "missing_references",
]


class CatalogueError(ValueError):
    """An entry that makes no sense; the text says which field and why."""


Details = (
    TreatmentDetails | DiagnosticDetails | CauseDetails | RedFlagDetails | RiskDetails | DrugDetails
)
_SHAPES: Mapping[str, type[Any]] = {
    "treatment": TreatmentDetails,
    "diagnostic": DiagnosticDetails,
    "cause": CauseDetails,
    "red_flag": RedFlagDetails,
    "risk": RiskDetails,
    "drug": DrugDetails,
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "treatment": (
        "self_care",
        "lifestyle",
        "medication",
        "therapy",
        "complementary",
        "injection",
        "ablation",
        "augmentation",
        "percutaneous",
        "surgery",
    ),
    "diagnostic": ("examination", "imaging", "laboratory", "procedure"),
    "cause": (
        "mechanical",
        "degenerative",
        "fracture",
        "inflammatory",
        "referred",
        "serious",
        "other",
    ),
    "red_flag": ("neurological", "infection", "cancer", "fracture", "vascular", "general"),
    "risk": ("immediate", "early", "late"),
    "drug": ("medicine", "procedural", "antithrombotic"),
}


@dataclass(frozen=True)
class Entry:
    """One entry, checked."""

    key: str
    section: str
    kind: str
    name: str
    plain: str
    name_es: str = ""
    plain_es: str = ""
    version: int = 1
    position: int = 1000
    details: Mapping[str, Any] = field(default_factory=dict)


def checked(entry: Entry) -> Entry:
    """The entry, if it makes sense. Raises `CatalogueError`."""
    if entry.section not in _SHAPES:
        raise CatalogueError(f"{entry.key}: there is no section “{entry.section}”.")
    if entry.kind not in KINDS[entry.section]:
        raise CatalogueError(f"{entry.key}: “{entry.kind}” is no kind of {entry.section}.")
    for name in ("key", "name", "plain"):
        if not str(getattr(entry, name)).strip():
            raise CatalogueError(f"{entry.key or entry.name}: {name} is missing.")
    details_of(entry.section, entry.details, where=entry.key)
    return entry


def details_of(section: str, raw: Mapping[str, Any], *, where: str = "") -> Any:
    """The details of an entry, typed. Raises `CatalogueError` for what is unknown there."""
    shape = _SHAPES[section]
    known = {item.name: item for item in fields(shape)}
    if unknown := sorted(set(raw) - set(known)):
        raise CatalogueError(f"{where}: {section} has no {', '.join(unknown)}.")
    for name, value in raw.items():
        if wrong := unknown_words(name, value):
            raise CatalogueError(f"{where}: {name} does not know {', '.join(wrong)}.")
    hints = _hints(section)
    try:
        return shape(**{name: _typed(name, hints[name], value) for name, value in raw.items()})
    except (TypeError, ValueError, InvalidOperation) as error:
        raise CatalogueError(f"{where}: {error}") from error


@cache
def _hints(section: str) -> Mapping[str, Any]:
    """What a detail of each name is; to find this out takes longer than to check an entry."""
    return get_type_hints(_SHAPES[section])


def _typed(name: str, hint: Any, value: Any) -> Any:
    """A value as the detail wants it. Raises `TypeError`, `ValueError`, `InvalidOperation`."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{name} is a list.")
        return tuple(_typed(name, get_args(hint)[0], item) for item in value)
    if isinstance(hint, UnionType):
        if value is None:
            return None
        return _typed(name, get_args(hint)[0], value)
    if hint is Decimal:
        if not isinstance(value, str | Decimal):
            raise TypeError(f"{name} is written as text, so that it is exact.")
        return _exact(name, value)
    wanted = (
        str if isinstance(hint, type) and issubclass(hint, StrEnum) else get_origin(hint) or hint
    )
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError(f"{name} is {_KINDS_OF_VALUES.get(wanted, 'a table')}.")
    return hint(value) if wanted is str else value


_KINDS_OF_VALUES = {str: "a text", int: "a whole number", bool: "true or false"}


def _exact(name: str, value: str | Decimal) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{name} is a number.")
    return number


def check_references(entries: Iterable[Entry]) -> None:
    """See that keys are there once and name only what exists. Raises `CatalogueError`."""
    rows = list(entries)
    twice = [key for key, times in Counter(row.key for row in rows).items() if times > 1]
    if twice:
        raise CatalogueError(f"{', '.join(twice)}: a key is used once.")
    for row in rows:
        if complaints := missing_references(row, rows):
            raise CatalogueError(f"{row.key}: {complaints[0]}")


def missing_references(entry: Entry, entries: Iterable[Entry]) -> list[str]:
    """A sentence for each detail of an entry that names what is not among `entries`."""
    details = entry.details
    named = {name: details.get(name) or () for name in ("risks", "drug_classes", "procedure")}
    if not any(named.values()):
        return []
    keys: dict[str, set[str]] = {section: set() for section in _SHAPES}
    classes: set[str] = set()
    for row in entries:
        keys[row.section].add(row.key)
        classes |= set(row.details.get("classes", ()) if row.section == "drug" else ())
    known = {"risks": keys["risk"], "drug_classes": classes, "procedure": keys["treatment"]}
    return [
        f"{name} names {', '.join(missing)}, which is not there."
        for name, given in named.items()
        if (missing := sorted(({given} if isinstance(given, str) else set(given)) - known[name]))
    ]
