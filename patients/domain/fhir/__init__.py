"""FHIR R4 resources about a person, translated into what our tables hold. Pure: no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patients.domain.fhir import allergy, condition, coverage, medication
from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn
from patients.domain.fhir.person import Person, read_person
from patients.domain.fhir.reading import FhirError, Node

KINDS: Mapping[str, Kind] = {
    "Condition": condition.KIND,
    "MedicationRequest": medication.KIND,
    "AllergyIntolerance": allergy.KIND,
    "Coverage": coverage.KIND,
}


@dataclass(frozen=True)
class Compartment:
    """FHIR's word for a person and everything about them; `facts` by resource type."""

    person: Person
    facts: Mapping[str, Sequence[Fact]]


__all__ = [
    "KINDS",
    "Compartment",
    "Fact",
    "FhirError",
    "Kind",
    "Node",
    "Person",
    "Resource",
    "Withdrawn",
    "read_person",
]
