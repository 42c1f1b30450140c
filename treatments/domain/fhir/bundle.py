"""The walk over a bundle: who is in it, and what is said about whom."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from patients.domain.fhir import KINDS as PATIENT_KINDS
from patients.domain.fhir import (
    Compartment,
    Fact,
    FhirError,
    Kind,
    Node,
    Person,
    Resource,
    read_person,
)
from treatments.domain.fhir import observation, procedure
from treatments.domain.fhir.document import Document, Entry, read_document
from treatments.domain.fhir.refusal import BundleRefused, Place, Refusal

KINDS: Mapping[str, Kind] = {
    **PATIENT_KINDS,
    "Procedure": procedure.KIND,
    "Observation": observation.KIND,
}
IMPORTED = frozenset({"Patient", *KINDS})

# A row by resource type, source and the id there: what names it in our tables as well.
RowKey = tuple[str, str, str]


@dataclass(frozen=True)
class Bundle:
    """A bundle in which every part was understood; `origins` says where each row stands in it."""

    compartments: tuple[Compartment, ...]
    origins: Mapping[RowKey, Place]
    census: Counter[str]


def read_bundle(raw: bytes) -> Bundle:
    """Understand a transaction bundle. Raises `BundleRefused` with every reason there is."""
    walk = _Walk(read_document(raw))
    for entry in walk.document.entries:
        if entry.resource_type == "Patient":
            walk.meet(entry)
    for entry in walk.document.entries:
        if entry.resource_type in KINDS:
            walk.hear(entry, KINDS[entry.resource_type])
    return walk.bundle()


class _Walk:
    """What is known so far, while the entries are gone through."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)
        self.people: dict[int, Person] = {}
        self.facts: dict[int, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        self.origins: dict[RowKey, Place] = {}
        self.targets: dict[str, Entry] = {}
        for entry in document.entries:
            self._announce(entry)

    def _announce(self, entry: Entry) -> None:
        """Let references find the entry; two people by one name could be taken for each other."""
        for name in _names(entry):
            first = self.targets.setdefault(name, entry)
            if first is not entry and entry.resource_type == "Patient":
                reason = f"{name} is already entry {first.place.entry}."
                self.problems.append(Refusal(entry.place, reason))

    def meet(self, entry: Entry) -> None:
        """Read a person."""
        try:
            person = read_person(self._resource(entry), full_url=entry.place.full_url)
            self._claim(("Patient", person.source, person.source_id), entry)
            self.people[_number(entry)] = person
        except FhirError as error:
            self.problems.append(Refusal(entry.place, str(error)))

    def hear(self, entry: Entry, kind: Kind) -> None:
        """Read a fact about one of the people. Of somebody who was refused, nothing is said."""
        try:
            owner = self._owner(entry, kind)
            fact = kind.read(self._resource(entry, needs_id=True))
            person = self.people.get(_number(owner))
            if person:
                self._claim((entry.resource_type, person.source, fact.source_id), entry)
                self.facts[_number(owner)][entry.resource_type].append(fact)
        except FhirError as error:
            self.problems.append(Refusal(entry.place, str(error)))

    def bundle(self) -> Bundle:
        """All of it. Raises `BundleRefused` if anything was not understood."""
        if self.problems:
            in_order = sorted(self.problems, key=lambda problem: problem.place.entry or 0)
            raise BundleRefused(in_order, self.document.census)
        compartments = tuple(
            Compartment(person, self.facts[number]) for number, person in self.people.items()
        )
        return Bundle(compartments, self.origins, self.document.census)

    def _find(self, reference: str) -> Node | None:
        entry = self._target(reference)
        return entry.node if entry else None

    def _target(self, reference: str) -> Entry | None:
        return self.targets.get(reference.split("/_history/")[0]) if reference else None

    def _resource(self, entry: Entry, *, needs_id: bool = False) -> Resource:
        source_id = entry.resource_id or _last_part(entry.place.full_url)
        if needs_id and not source_id:
            raise FhirError("It has neither an id nor a fullUrl by which to know it again.")
        return Resource(entry.node, source_id, self._find)

    def _owner(self, entry: Entry, kind: Kind) -> Entry:
        reference = entry.node.node(kind.subject).text("reference")
        if not reference:
            raise FhirError(f"{entry.resource_type}.{kind.subject} names nobody.")
        target = self._target(reference)
        if target is None or target.resource_type != "Patient":
            where = f"{entry.resource_type}.{kind.subject}"
            raise FhirError(f"{where} is {reference[:80]!r}, which is no Patient of this bundle.")
        return target

    def _claim(self, key: RowKey, entry: Entry) -> None:
        earlier = self.origins.setdefault(key, entry.place)
        if earlier is not entry.place:
            raise FhirError(f"It is the same {entry.resource_type} as entry {earlier.entry}.")


def _number(entry: Entry) -> int:
    assert entry.place.entry is not None
    return entry.place.entry


def _names(entry: Entry) -> list[str]:
    """By what other entries may refer to this one."""
    full_url, resource_type = entry.place.full_url, entry.resource_type
    names = [full_url, f"{resource_type}/{entry.resource_id or _last_part(full_url)}"]
    return [name for name in names if name and not name.endswith("/")]


def _last_part(full_url: str) -> str:
    return full_url.replace(":", "/").rsplit("/", 1)[-1]
