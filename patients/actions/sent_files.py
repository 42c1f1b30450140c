"""Files from home: sent by the person, and filed or refused by the desk."""

from datetime import datetime

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.uploads import CheckedFile
from patients.actions.documents import file_document
from patients.actions.own_consents import TELL
from patients.actions.standing import lock_record
from patients.models import Document, Patient, SentFile
from patients.models.document import DocumentKind
from patients.models.sent_file import SENDABLE, SentState
from patients.queries import own_record

# More than anybody has to send at once; enough that nobody fills the disk.
MOST_WAITING = 10


class SentAlready(Conflict):
    """The very same file waits at the desk."""

    code = "sent_already"
    default_sentence = N_("We have this very file already. You need not send it again.")


class TooManyWaiting(Conflict):
    """The desk has to look at what is there first."""

    code = "too_many_waiting"
    default_sentence = N_(
        "We have many files from you that we have not looked at yet. Please send more when we have."
    )


class DecidedMeanwhile(Conflict):
    """Somebody else looked at it first."""

    code = "decided_meanwhile"
    default_sentence = "Somebody else has just decided on this file. Look again."


@action
def send_file(
    *, patient: Patient, kind: DocumentKind, file: CheckedFile, by: User, now: datetime
) -> SentFile:
    """Keep a file until the desk has looked at it; `file` was drawn anew if it is a picture.

    Raises `Invalid` for a paper that is not sent this way, `SentAlready`, `TooManyWaiting`,
    `NotFound`, `NotAllowed`.
    """
    require(by, TELL)
    own = own_record(by, patient.pk, now=now)
    if kind not in SENDABLE:
        raise Invalid(N_("This paper cannot be sent here. Please bring it with you."))
    lock_record(own)
    waiting = SentFile.objects.filter(patient=own, state=SentState.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise TooManyWaiting
    if Document.objects.filter(patient=own, kind=kind, digest=file.digest).exists():
        raise SentAlready
    with constraint_errors({"sent_file_waits_once": SentAlready}):
        return SentFile.objects.create(
            patient=own,
            kind=kind,
            media_type=file.media_type,
            digest=file.digest,
            content=file.content,
            sent_at=now,
            sent_by=by,
        )


@action
def file_sent(*, sent: SentFile, by: User, now: datetime) -> Document:
    """Take a file among the person's papers. Raises `DecidedMeanwhile`, `FiledAlready`."""
    current = _locked(sent, by)
    file = CheckedFile(bytes(current.content), current.media_type, current.digest)
    document = file_document(
        patient=current.patient, kind=DocumentKind(current.kind), file=file, by=by, now=now
    )
    _decide(current, SentState.FILED, "", document, by, now)
    return document


@action
def refuse_sent(*, sent: SentFile, reason: str, by: User, now: datetime) -> SentFile:
    """Say that it is not taken, and why; the file itself is dropped.

    Raises `Invalid` without a reason, `DecidedMeanwhile`, `NotAllowed`.
    """
    current = _locked(sent, by)
    if not reason.strip():
        sentence = "Say why: the person reads it."
        raise Invalid(sentence, details={"fields": {"reason": [sentence]}})
    _decide(current, SentState.REFUSED, reason.strip(), None, by, now)
    return current


def _locked(sent: SentFile, by: User) -> SentFile:
    require(by, "patients.manage_consents")
    lock_record(sent.patient)
    current = SentFile.objects.select_related("patient").get(pk=sent.pk)
    if not current.is_waiting:
        raise DecidedMeanwhile
    return current


def _decide(
    row: SentFile,
    state: SentState,
    reason: str,
    document: Document | None,
    by: User,
    now: datetime,
) -> None:
    row.state, row.reason, row.document = state, reason, document
    row.decided_at, row.decided_by, row.content = now, by, b""
    row.save(update_fields=["state", "reason", "document", "decided_at", "decided_by", "content"])
