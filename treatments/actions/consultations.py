"""The life of a consultation: begun, saved again and again, signed, corrected, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import ProtectedError

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.actions import documents
from treatments.actions.diagnoses import file_diagnoses, withdraw_filed
from treatments.domain import consultation as content
from treatments.domain.examination import Nonsense
from treatments.domain.merging import merge
from treatments.models import CatalogueEntry, Consultation, ConsultationKind, Diagnosis, Section

WRITES = "treatments.write_consultations"
# Clocks of two machines differ a little.
_TOLERANCE = timedelta(minutes=5)
_DIAGNOSIS = ("code_id", "text", "cause_id", "side", "rank", "onset_date")


class NotYours(NotAllowed):
    """Somebody else's draft."""

    code = "not_your_draft"
    default_sentence = "Only whoever writes this consultation can do that."


class HasOrders(Conflict):
    """A draft from which something was ordered already."""

    code = "draft_has_orders"
    default_sentence = (
        "Tests, courses or procedures were ordered from this draft. Sign it, or cancel them first."
    )


class NotReady(Invalid):
    """A draft that cannot be signed yet; the sentence says what is missing."""

    code = "not_ready_to_sign"
    title = "Not ready to be signed"


@dataclass(frozen=True)
class Saved:
    """A saved draft.

    `refused` has a sentence for each piece that makes no sense and was left as it was. `others` are
    the pieces that somebody else changed since the writer had read the draft.
    """

    consultation: Consultation
    refused: Mapping[str, str]
    others: Mapping[str, str]


@action
def begin_consultation(
    *, patient: Patient, kind: ConsultationKind, occurred_at: datetime, by: User, now: datetime
) -> Consultation:
    """A new draft. A follow-up takes over the reason and the diagnoses of the last time.

    What was examined is never taken over. Raises `Invalid` for a time to come, `NotAllowed`.
    """
    require(by, WRITES)
    lock_record(patient)
    if occurred_at > now + _TOLERANCE:
        raise Invalid("A consultation cannot take place in the future.")
    last = _last_one(patient) if kind == ConsultationKind.FOLLOW_UP else None
    known = {name: getattr(last, name) for name in content.TAKEN_OVER} if last else {}
    draft = Consultation.objects.create(
        patient=patient,
        clinician=by,
        kind=kind,
        occurred_at=occurred_at,
        drafted_by=by,
        drafted_at=now,
        saved_at=now,
        **known,
    )
    if last is not None:
        _copy_diagnoses(last, draft)
    return draft


def _last_one(patient: Patient) -> Consultation | None:
    rows = Consultation.objects.filter(patient=patient).counted()
    return rows.order_by("-occurred_at", "-id").first()


def _copy_diagnoses(source: Consultation, target: Consultation) -> None:
    Diagnosis.objects.bulk_create(
        Diagnosis(consultation=target, **{name: getattr(row, name) for name in _DIAGNOSIS})
        for row in source.diagnoses.all()
    )


@action
def save_consultation(
    *,
    consultation: Consultation,
    pieces: Mapping[str, str],
    revision: int,
    under_way: Mapping[str, str] | None = None,
    by: User,
    now: datetime,
) -> Saved:
    """Write pieces (`treatments.domain.consultation`) into a draft that was read at `revision`.

    `under_way` is what the same writer had sent before in some of them, not knowing yet whether it
    came: where a piece says that now, they are no second writer.

    A piece that makes no sense is left as it was and named in `refused`; the others are saved.
    What others wrote meanwhile in other pieces stays. Raises `NotADraft`, `NotAllowed`; and
    `StaleDraft` if the same pieces were changed, and then writes nothing: its `pieces` are all that
    would be there with yours.
    """
    require(by, WRITES)
    lock_record(consultation.patient)
    current = documents.locked(consultation)
    if not current.is_draft:
        raise documents.NotADraft
    sent, refused = _read(pieces, _flag_names())
    theirs = content.pieces_of(current)
    base = _as_read_at(current, revision, theirs)
    own, _slips = _read(under_way or {}, _flag_names())
    base |= {name: value for name, value in own.items() if theirs.get(name, "") == value}
    merged, clashes = merge(base, sent, theirs, nothing="")
    if clashes:
        fields = {clash.name: {"yours": clash.yours, "theirs": clash.theirs} for clash in clashes}
        whole = {**merged, **{clash.name: clash.yours for clash in clashes}}
        details = {"fields": fields, "revision": current.revision, "pieces": whole}
        raise documents.StaleDraft(details=details)
    saved, _changed = documents.save_draft(
        current, content.put_together(merged), revision=current.revision, now=now
    )
    others = {
        name: merged.get(name, "")
        for name in {*base, *merged}
        if merged.get(name, "") not in (base.get(name, ""), sent.get(name))
    }
    return Saved(saved, refused, others)


def _flag_names() -> dict[str, str]:
    return dict(CatalogueEntry.objects.filter(section=Section.RED_FLAG).values_list("key", "name"))


def _read(
    pieces: Mapping[str, str], flags: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    sent, refused = {}, {}
    known = set(content.names(flags))
    for name, text in pieces.items():
        if name not in known:
            raise Invalid(f"A consultation has no “{name[:60]}”.")
        try:
            sent[name] = content.read_piece(name, text)
        except Nonsense as nonsense:
            refused[name] = str(nonsense)
    return sent, refused


def _as_read_at(current: Consultation, revision: int, now: Mapping[str, str]) -> dict[str, str]:
    if revision == current.revision:
        return dict(now)
    seen = current.as_read_at(revision)
    # A revision that never was: whatever differs is then for the person to choose.
    return content.pieces_of(seen) if seen else {}


@action
def sign_consultation(
    *, consultation: Consultation, check: documents.Check | None = None, by: User, now: datetime
) -> Consultation:
    """Fix a draft for ever, and put its diagnoses on the problem list.

    `check` looks at the locked draft. Raises `NotReady`, `NotADraft`, `NotSigned`, `NotYours`,
    `NotAllowed`, and whatever `check` does.
    """
    require(by, WRITES)
    lock_record(consultation.patient)
    current = documents.locked_draft(consultation, check)
    if by.pk not in {current.clinician_id, current.drafted_by_id}:
        raise NotYours("Only whoever wrote this consultation can sign it.")
    if missing := content.complaints(content.pieces_of(current)):
        raise NotReady(" ".join(missing))
    signed = documents.sign_document(consultation, by=by, now=now)
    file_diagnoses(signed)
    for replaced in Consultation.objects.filter(replaced_by=signed):
        withdraw_filed(replaced)
    return signed


@action
def amend_consultation(
    *, consultation: Consultation, reason: str, by: User, now: datetime
) -> Consultation:
    """A draft that says the same and will replace the signed one.

    Raises `Invalid` without a reason, `NotSigned`, `AmendedAlready`, `NotAllowed`.
    """
    require(by, WRITES)
    lock_record(consultation.patient)
    draft = documents.amend_document(consultation, reason=reason, by=by, now=now)
    _copy_diagnoses(consultation, draft)
    return draft


@action
def withdraw_consultation(
    *, consultation: Consultation, reason: str, by: User, now: datetime
) -> Consultation:
    """Say that it was entered in error. Raises `Invalid`, `NotSigned`, `NotYours`, `NotAllowed`."""
    require(by, WRITES)
    lock_record(consultation.patient)
    if by.pk not in {consultation.clinician_id, consultation.signed_by_id}:
        raise NotYours("Only whoever signed this consultation can withdraw it.")
    withdrawn = documents.withdraw_document(consultation, reason=reason, by=by, now=now)
    withdraw_filed(withdrawn)
    return withdrawn


@action
def discard_draft(
    *, consultation: Consultation, check: documents.Check | None = None, by: User, now: datetime
) -> None:
    """Throw a draft away; its history stays. `check` looks at the locked draft.

    Raises `NotADraft`, `NotYours`, `HasOrders`, and whatever `check` does.
    """
    require(by, WRITES)
    lock_record(consultation.patient)
    current = documents.locked_draft(consultation, check)
    if current.drafted_by_id != by.pk:
        raise NotYours("Only whoever began this draft can discard it.")
    try:
        current.delete()
    except ProtectedError:
        raise HasOrders from None
