"""The facts about a person, one file a noun."""

from patients.models.allergy import AllergyIntolerance
from patients.models.care_team import CareTeamMember, EmergencyAccess
from patients.models.condition import Condition
from patients.models.consent import Consent
from patients.models.contact import Address, ContactPoint
from patients.models.coverage import Coverage
from patients.models.document import Document
from patients.models.medication import MedicationStatement
from patients.models.merge import MergedRow, PatientMerge
from patients.models.patient import Patient
from patients.models.portal import PortalAccess
from patients.models.provenance import Recorded

__all__ = [
    "Address",
    "AllergyIntolerance",
    "CareTeamMember",
    "Condition",
    "Consent",
    "ContactPoint",
    "Coverage",
    "Document",
    "EmergencyAccess",
    "MedicationStatement",
    "MergedRow",
    "Patient",
    "PatientMerge",
    "PortalAccess",
    "Recorded",
]
