"""Reading the clinical record. Every function takes the viewer first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from clinic.accounts.models import Viewer
from patients.models import AllergyIntolerance, Condition, MedicationStatement, Patient
from patients.queries import access_chart
from treatments.models import Observation, Procedure

RECENT_PROCEDURES = 50
RECENT_OBSERVATIONS = 40


@dataclass(frozen=True)
class Chart:
    """What a clinician must know before doing anything, and what was done before."""

    patient: Patient
    allergies: list[AllergyIntolerance]
    medications: list[MedicationStatement]
    past_medications: list[MedicationStatement]
    conditions: list[Condition]
    past_conditions: list[Condition]
    procedures: list[Procedure]
    observations: list[Observation]


def chart(viewer: Viewer, patient_id: UUID, *, now: datetime) -> Chart:
    """A person's chart, in a fixed number of queries. Raises as `access_chart` does."""
    patient = access_chart(viewer, patient_id, now=now)
    medications, conditions = list(patient.medications.all()), list(patient.conditions.all())
    procedures = Procedure.objects.filter(patient=patient)
    observations = Observation.objects.filter(patient=patient)
    return Chart(
        patient=patient,
        allergies=[allergy for allergy in patient.allergies.all() if allergy.is_active],
        medications=[drug for drug in medications if drug.is_active],
        past_medications=[drug for drug in medications if not drug.is_active],
        conditions=[condition for condition in conditions if condition.is_active],
        past_conditions=[condition for condition in conditions if not condition.is_active],
        procedures=list(
            procedures.order_by(F("performed_at").desc(nulls_last=True), "-id")[:RECENT_PROCEDURES]
        ),
        observations=list(
            observations.order_by(F("effective_at").desc(nulls_last=True), "-id")[
                :RECENT_OBSERVATIONS
            ]
        ),
    )
