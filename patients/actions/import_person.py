"""Taking in a person, and what is known about them, from another system."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.actions.reconcile import NotImportable, reconcile, take_over
from patients.domain.fhir import Compartment, Person
from patients.domain.tally import Outcome, Tally
from patients.models import (
    Address,
    AllergyIntolerance,
    Condition,
    ContactPoint,
    Coverage,
    MedicationStatement,
    Patient,
    Recorded,
)

MODELS: Mapping[str, type[Recorded]] = {
    "Condition": Condition,
    "MedicationRequest": MedicationStatement,
    "AllergyIntolerance": AllergyIntolerance,
    "Coverage": Coverage,
}
_COLUMNS = (
    "family_name",
    "given_names",
    "other_names",
    "birth_date",
    "gender",
    "language",
    "deceased_date",
)
# The date line: somewhere on earth it is already tomorrow.
_TOMORROW = timedelta(days=1)


@dataclass(frozen=True)
class ImportedPerson:
    """The person as they now are; what was written; and who else here they may be."""

    patient: Patient
    tally: Tally
    resembles: tuple[int, ...]


@action
def import_person(*, compartment: Compartment, by: User | None, now: datetime) -> ImportedPerson:
    """Write a person, how to reach them, conditions, medications, allergies and coverages.

    The source leads for what it says: what changed there changes here. Contacts are only added,
    because the desk may know others; addresses are replaced. If the record was joined into another
    one, its facts go there. `by` is None for whoever operates the machine. Raises `NotImportable`
    (by its `key`) and `NotAllowed`.
    """
    if by is not None:
        require(by, "patients.register")
    person = compartment.person
    _refuse_the_future(person, now)
    patient = _known(person)
    resembles: tuple[int, ...] = ()
    if patient is None:
        resembles = _resembling(person)
        patient, outcome = _create(person), Outcome.CREATED
    else:
        outcome = Outcome.UPDATED if _update(patient, person) else Outcome.UNCHANGED
    tally = Tally({("Patient", outcome): 1})
    holder = patient.replaced_by or patient
    for resource_type, facts in compartment.facts.items():
        model = MODELS.get(resource_type)
        if model:
            tally += reconcile(
                model,
                resource_type=resource_type,
                patient=holder,
                source=person.source,
                facts=facts,
            )
    return ImportedPerson(holder, tally, resembles)


def _refuse_the_future(person: Person, now: datetime) -> None:
    latest = now.date() + _TOMORROW
    if person.birth_date > latest:
        raise _not_importable(person, "Patient.birthDate lies in the future.")
    if person.deceased_date and person.deceased_date > latest:
        raise _not_importable(person, "Patient.deceasedDateTime lies in the future.")


def _known(person: Person) -> Patient | None:
    """Who is here under this identifier. Raises `NotImportable` if it is plainly somebody else."""
    _wait_for_other_imports(person)
    here = Patient.objects.filter(source=person.source, source_id=person.source_id)
    patient = here.select_related("replaced_by").first()
    if patient and patient.birth_date != person.birth_date and not _share_a_name(patient, person):
        raise _not_importable(
            person,
            f"Its identifier is that of record {patient.record_number} here, who has another name "
            "and another birth date.",
        )
    return patient


def _wait_for_other_imports(person: Person) -> None:
    """One import at a time per person: of two, the second finds what the first has written."""
    with connection.cursor() as cursor:
        name = f"import {person.source} {person.source_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _share_a_name(patient: Patient, person: Person) -> bool:
    ours = f"{patient.given_names} {patient.family_name} {patient.other_names}"
    theirs = f"{person.given_names} {person.family_name} {person.other_names}"
    return not set(ours.casefold().split()).isdisjoint(theirs.casefold().split())


def _resembling(person: Person) -> tuple[int, ...]:
    """The record numbers of people already here who may be this one."""
    digits = next((c.digits for c in person.contacts if c.digits), "")
    name = f"{person.given_names} {person.family_name}"
    alike = Patient.objects.resembling(name=name, birth_date=person.birth_date, digits=digits)
    return tuple(alike.values_list("record_number", flat=True)[:5])


def _create(person: Person) -> Patient:
    columns = {name: getattr(person, name) for name in _COLUMNS}
    patient = Patient.objects.create(source=person.source, source_id=person.source_id, **columns)
    _add_contacts(patient, person)
    _replace_addresses(patient, person)
    return patient


def _update(patient: Patient, person: Person) -> bool:
    """Whether anything had to be written."""
    is_changed = take_over(patient, person, _COLUMNS)
    if is_changed:
        patient.save(update_fields=_COLUMNS)
    has_new_contact = _add_contacts(patient.replaced_by or patient, person)
    return _replace_addresses(patient, person) or has_new_contact or is_changed


def _add_contacts(patient: Patient, person: Person) -> bool:
    """Add the contacts that are not here yet; whether there were any.

    What is new at the source is what to try first, so its order then leads, and contacts it does
    not know follow. While it brings nothing new, the order here stands.
    """
    here = {(c.system, c.value): c for c in patient.contacts.order_by("rank", "id")}
    theirs = [(contact.system, contact.value) for contact in person.contacts]
    if here.keys() >= set(theirs):
        return False
    fresh = {
        (contact.system, contact.value): ContactPoint(patient=patient, **asdict(contact))
        for contact in person.contacts
        if (contact.system, contact.value) not in here
    }
    ordered = [*theirs, *(key for key in here if key not in theirs)]
    for rank, key in enumerate(ordered, start=1):
        (here.get(key) or fresh[key]).rank = rank
    ContactPoint.objects.bulk_create(fresh.values())
    if here:
        ContactPoint.objects.bulk_update(here.values(), ["rank"])
    return True


def _replace_addresses(patient: Patient, person: Person) -> bool:
    """Make the addresses those of the source, if it gives any; whether they were different."""
    columns = ("line", "city", "state", "postal_code", "country")
    theirs = [tuple(asdict(address).values()) for address in person.addresses]
    here = list(patient.addresses.order_by("id").values_list(*columns))
    if not theirs or theirs == here:
        return False
    patient.addresses.all().delete()
    Address.objects.bulk_create(
        Address(patient=patient, **asdict(address)) for address in person.addresses
    )
    return True


def _not_importable(person: Person, sentence: str) -> NotImportable:
    return NotImportable(
        sentence, resource_type="Patient", source=person.source, source_id=person.source_id
    )
