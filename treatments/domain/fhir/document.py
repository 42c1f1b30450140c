"""From the bytes of a file to the entries of a transaction bundle."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from patients.domain.fhir.reading import FhirError, Node
from treatments.domain.fhir.refusal import Place, Refusal, refused_whole

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
# What a row of ours can be named by.
LONGEST_ID = 255
_METHODS = frozenset({"", "POST", "PUT"})


@dataclass(frozen=True)
class Entry:
    """One resource and where it stands."""

    place: Place
    resource_type: str
    node: Node
    resource_id: str


@dataclass(frozen=True)
class Document:
    """The usable entries; problems found so far; and how many resources there are of each type."""

    entries: list[Entry]
    problems: list[Refusal]
    census: Counter[str]


def read_document(raw: bytes) -> Document:
    """The entries of a transaction bundle. Raises `BundleRefused` for anything else."""
    root = _parsed(raw)
    if not isinstance(root, dict) or root.get("resourceType") != "Bundle":
        raise refused_whole("This is no FHIR bundle.")
    if root.get("type") != "transaction":
        raise refused_whole("This is no transaction bundle.")
    listed = root.get("entry", [])
    if not isinstance(listed, list):
        raise refused_whole("Bundle.entry is not a list.")
    return _document(listed)


def _document(listed: list[Any]) -> Document:
    document = Document([], [], Counter())
    seen: dict[str, Place] = {}
    for number, item in enumerate(listed):
        place = Place(number)
        try:
            full_url = _full_url(item, number)
            place = Place(number, full_url)
            entry = _entry(item, place)
            document.census[entry.resource_type] += 1
            _refuse_repeated(place, seen)
            document.entries.append(entry)
        except FhirError as error:
            document.problems.append(Refusal(place, str(error)))
    return document


def _full_url(item: object, number: int) -> str:
    if not isinstance(item, dict):
        raise FhirError("The entry is not an object.")
    return Node(item, f"entry[{number}]").text("fullUrl", longest=LONGEST_ID)


def _refuse_repeated(place: Place, seen: dict[str, Place]) -> None:
    earlier = seen.setdefault(place.full_url, place) if place.full_url else place
    if earlier is not place:
        raise FhirError(f"The fullUrl is already that of entry {earlier.entry}.")


def _entry(item: dict[str, Any], place: Place) -> Entry:
    holder = Node(item, f"entry[{place.entry}]")
    method = holder.node("request").text("method")
    if method not in _METHODS:
        raise FhirError(f"It asks for {method[:20]!r}; an import only takes in (POST, PUT).")
    resource = holder.node("resource")
    if not resource:
        raise FhirError("It holds no resource.")
    resource_type = resource.text("resourceType")
    if not _TYPE.fullmatch(resource_type):
        raise FhirError("Its resourceType is missing or no name.")
    node = Node(resource.value, resource_type)
    return Entry(place, resource_type, node, node.text("id", longest=LONGEST_ID))


def _parsed(raw: bytes) -> object:
    try:
        # Some exporters on Windows put a byte order mark in front, which is no part of the JSON.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused_whole(f"It is not UTF-8 text (byte {error.start}).") from None
    if not text.strip():
        raise refused_whole("The file is empty.")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise refused_whole(f"It is not JSON: {error.msg} ({where}).") from None
    except RecursionError:
        raise refused_whole("Its JSON is nested too deeply.") from None
    except (ValueError, ArithmeticError):
        raise refused_whole("It holds a number beyond all measure.") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
