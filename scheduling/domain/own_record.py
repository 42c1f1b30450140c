"""A person's own data: rows of the clinic as FHIR R4 resources, and as lines to be read.

Only what the resources need, written by hand; narrative is left to the page. No codes are added
that a row does not carry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One thing: its resource, and how it is read: a heading and lines."""

    resource: Resource
    heading: str
    lines: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Part:
    """Things of one kind, under a title that is marked for translation."""

    title: str
    items: list[Item]


def bundle(parts: Iterable[Part], *, now: datetime) -> Resource:
    """Everything as one FHIR R4 collection."""
    entries = [
        {"fullUrl": _url(item.resource), "resource": _without_empty(item.resource)}
        for part in parts
        for item in part.items
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": instant(now),
        "entry": entries,
    }


def reference(kind: str, key: object) -> Resource:
    """A pointer to another resource of the bundle."""
    return {"reference": f"{kind}/{key}"}


def concept(text: str, system: str = "", code: str = "") -> Resource:
    """A word with the code it came with, if it did."""
    coding = [{"system": system, "code": code}] if system and code else []
    return {"text": text, "coding": coding}


def instant(at: datetime | None) -> str:
    """As FHIR writes instants; "" for none."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def day(at: date | None) -> str:
    """As FHIR writes days; "" for none."""
    return at.isoformat() if at else ""


def lines(*said: str) -> list[str]:
    """Those that say something."""
    return [line.strip() for line in said if line and line.strip()]


def _url(resource: Mapping[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _without_empty(value: Any) -> Any:
    """FHIR knows no empty values: what is not known is not there."""
    if isinstance(value, dict):
        kept = {key: _without_empty(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in ("", None, [], {})}
    if isinstance(value, list):
        return [one for one in map(_without_empty, value) if one not in ("", None, [], {})]
    return value
