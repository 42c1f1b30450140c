"""The facts about a person, one file a noun."""

from patients.models.allergy import AllergyIntolerance
from patients.models.care_team import CareTeamMember, EmergencyAccess
from patients.models.communication import CommunicationPreference
from patients.models.condition import Condition
from patients.models.consent import Consent
from patients.models.contact import Address, ContactPoint
from patients.models.coverage import Coverage
from patients.models.document import Document
from patients.models.invitation import PortalInvitation
from patients.models.medication import MedicationStatement
from patients.models.merge import MergedRow, PatientMerge
from patients.models.patient import Patient
from patients.models.portal import PortalAccess
from patients.models.portal_request import PortalRequest
from patients.models.proof import AddressProof
from patients.models.provenance import Recorded
from patients.models.sent_file import SentFile
from patients.models.thread import DocumentShare, Thread, ThreadMessage

__all__ = [
    "Address",
    "AddressProof",
    "AllergyIntolerance",
    "CareTeamMember",
    "CommunicationPreference",
    "Condition",
    "Consent",
    "ContactPoint",
    "Coverage",
    "Document",
    "DocumentShare",
    "EmergencyAccess",
    "MedicationStatement",
    "MergedRow",
    "Patient",
    "PatientMerge",
    "PortalAccess",
    "PortalInvitation",
    "PortalRequest",
    "Recorded",
    "SentFile",
    "Thread",
    "ThreadMessage",
]
