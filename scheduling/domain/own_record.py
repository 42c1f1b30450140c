"""A person's own data: rows of the clinic as FHIR R4 resources, and as lines to be read.

Only what the resources need, written by hand; narrative is left to the page. No codes are added
that a row does not carry. What is read says instants, days and words of ours as such: whoever shows
them knows the clock and the language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Word:
    """A word of ours, a code or marked English: whoever shows it says it in their language."""

    text: str


@dataclass(frozen=True)
class Both:
    """What stands in both languages where it comes from; without Spanish it is the English."""

    en: str
    es: str = ""


@dataclass(frozen=True)
class Told:
    """What was told before a visit about a subject, in the shape of `treatments.domain.intake`."""

    subject: str
    said: Mapping[str, Any]


Said = str | date | datetime | Word | Both | Told


@dataclass(frozen=True)
class Item:
    """One thing: its resource, and how it is read: a heading of parts, and lines."""

    resource: Resource
    heading: Sequence[Said]
    lines: Sequence[Said] = field(default_factory=tuple)


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


def lines(*said: Said | None) -> list[Said]:
    """Those that say something."""
    found = (one.strip() if isinstance(one, str) else one for one in said)
    return [one for one in found if one and one != Word("")]


def texts(*said: str) -> list[str]:
    """Those texts that say something."""
    return [text.strip() for text in said if text.strip()]


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
