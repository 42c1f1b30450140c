"""Filing a scanned paper."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict
from clinic.shared.uploads import CheckedFile
from patients.actions.standing import lock_record
from patients.models import Document, DocumentShare, Patient
from patients.models.document import DocumentKind


class FiledAlready(Conflict):
    """The very same file is there."""

    code = "filed_already"
    default_sentence = "This very file is filed for this person already."


@action
def file_document(
    *, patient: Patient, kind: DocumentKind, file: CheckedFile, by: User, now: datetime
) -> Document:
    """Keep a paper with the person. Raises `FiledAlready`, `NotAllowed`."""
    require(by, "patients.manage_consents")
    lock_record(patient)
    with constraint_errors({"document_is_filed_once": FiledAlready}):
        return Document.objects.create(
            patient=patient,
            kind=kind,
            media_type=file.media_type,
            digest=file.digest,
            content=file.content,
            filed_by=by,
        )


@action
def share_document(*, document: Document, by: User, now: datetime) -> None:
    """Show a paper to the person in the portal; twice is as once. Raises `NotAllowed`."""
    require(by, "patients.manage_consents")
    lock_record(document.patient)
    DocumentShare.objects.get_or_create(
        document=document, defaults={"shared_by": by, "shared_at": now}
    )


@action
def stop_sharing_document(*, document: Document, by: User, now: datetime) -> None:
    """The person does not see the paper in the portal any more. Raises `NotAllowed`."""
    require(by, "patients.manage_consents")
    lock_record(document.patient)
    for share in DocumentShare.objects.filter(document=document):
        share.delete()
