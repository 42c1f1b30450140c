"""What stands above every page about one person's record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from clinic.accounts.models import Viewer
from patients.models import AllergyIntolerance, Condition, MedicationStatement, Patient
from patients.queries.people import access_chart
from treatments.models import CatalogueEntry, Section

_BLOOD_THINNING = frozenset({"anticoagulant", "antiplatelet"})


@dataclass(frozen=True)
class RecordHeader:
    """Who it is, and what must be known before anything is given."""

    patient: Patient
    allergies: list[AllergyIntolerance]
    medications: list[MedicationStatement]
    conditions: list[Condition]
    blood_thinners: list[MedicationStatement]


def record_header(viewer: Viewer, patient_id: UUID, *, now: datetime) -> RecordHeader:
    """The header of a record, in a fixed number of queries. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    active = [drug for drug in patient.medications.all() if drug.is_active]
    return RecordHeader(
        patient=patient,
        allergies=[allergy for allergy in patient.allergies.all() if allergy.is_active],
        medications=active,
        conditions=[condition for condition in patient.conditions.all() if condition.is_active],
        blood_thinners=_thinning(active),
    )


def _thinning(medications: list[MedicationStatement]) -> list[MedicationStatement]:
    thins = Q()
    for drug_class in sorted(_BLOOD_THINNING):
        thins |= Q(details__classes__contains=[drug_class])
    drugs = CatalogueEntry.objects.filter(thins, section=Section.DRUG).order_by()
    names = {
        word.casefold()
        for name, synonyms in drugs.values_list("name", "details__synonyms")
        for word in (name, *(synonyms or ()))
    }
    return [drug for drug in medications if any(name in drug.text.casefold() for name in names)]
