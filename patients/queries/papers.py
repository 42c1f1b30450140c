"""Reading scanned papers."""

from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Document, Patient


def documents(viewer: Viewer, patient: Patient) -> list[Document]:
    """A person's papers, newest first, without what is in them. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    return list(patient.documents.select_related("filed_by", "patient").defer("content"))


def access_document(viewer: Viewer, patient: Patient, document_id: UUID) -> Document:
    """One of them, with what is in it. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    document = patient.documents.select_related("patient").filter(pk=document_id).first()
    if document is None:
        raise NotFound
    record_read(viewer, "document", [patient.pk], kind=ReadKind.EXPORT)
    return document
