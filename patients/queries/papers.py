"""Reading scanned papers."""

from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Document, Patient
from patients.models.document import PAPERS


def documents(viewer: Viewer, patient: Patient) -> list[Document]:
    """A person's papers, newest first, without what is in them. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    rows = patient.documents.filter(kind__in=PAPERS).defer("content")
    return list(rows.select_related("filed_by", "patient", "share"))


def access_document(viewer: Viewer, patient: Patient, document_id: UUID) -> Document:
    """One of them, with what is in it. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    found = patient.documents.filter(kind__in=PAPERS, pk=document_id)
    document = found.select_related("patient").first()
    if document is None:
        raise NotFound
    record_read(viewer, "document", [patient.pk], kind=ReadKind.EXPORT)
    return document


def shared_documents(viewer: Viewer, patient: Patient) -> list[Document]:
    """What staff chose to show to the person, newest first. `patient` comes from `own_record`."""
    require(viewer, "patients.view_own")
    record_read(viewer, "own papers", [patient.pk], kind=ReadKind.LIST)
    rows = patient.documents.filter(kind__in=PAPERS, share__isnull=False).defer("content")
    return list(rows.select_related("patient", "share"))


def access_shared_document(viewer: Viewer, patient: Patient, document_id: UUID) -> Document:
    """One of them, with what is in it. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.view_own")
    rows = patient.documents.filter(kind__in=PAPERS, share__isnull=False)
    document = rows.select_related("patient").filter(pk=document_id).first()
    if document is None:
        raise NotFound
    record_read(viewer, "own paper", [patient.pk], kind=ReadKind.EXPORT)
    return document
