"""The diagnoses of a draft, and what becomes of them on the problem list."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Max, Q

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Condition, Patient
from patients.models.condition import ConditionStatus
from treatments.actions import documents
from treatments.domain.states import RecordStatus
from treatments.models import (
    CatalogueEntry,
    Consultation,
    DiagnosedCondition,
    Diagnosis,
    DiagnosisCode,
)

WRITES = "treatments.write_consultations"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
AT_MOST = 20
# Where a day begins first, it is this much ahead of UTC.
_FARTHEST_EAST = timedelta(hours=14)
# What the problem list says of a row that no consultation stands behind any more.
WITHDRAWN = "entered-in-error"
_SIDES = {"left": "left", "right": "right", "bilateral": "both sides", "midline": "midline"}


class DiagnosedAlready(Conflict):
    """The same diagnosis twice in one consultation."""

    code = "diagnosed_already"
    default_sentence = "This consultation has that diagnosis already."


@dataclass(frozen=True)
class DiagnosisWish:
    """A diagnosis to write down: a code, or words, or both; `side` is one of `SpineSide` or ""."""

    code: DiagnosisCode | None = None
    text: str = ""
    cause: CatalogueEntry | None = None
    side: str = ""
    onset_date: date | None = None


@action
def write_diagnosis(
    *,
    consultation: Consultation,
    wish: DiagnosisWish,
    diagnosis: Diagnosis | None = None,
    by: User,
    now: datetime,
) -> Diagnosis:
    """Add a diagnosis to a draft, last in order, or change one.

    Raises `Invalid` for a heading instead of a code, for nothing, and for an onset to come;
    `DiagnosedAlready`, `NotADraft`, `NotAllowed`.
    """
    draft = _draft(consultation, by, now)
    values = _checked(wish, now)
    others = draft.diagnoses.exclude(pk=diagnosis.pk) if diagnosis else draft.diagnoses.all()
    same = Q(code=wish.code) if wish.code else Q(code=None, text__iexact=values["text"])
    if others.filter(same, side=wish.side).exists():
        raise DiagnosedAlready
    if diagnosis is not None:
        for name, value in values.items():
            setattr(diagnosis, name, value)
        diagnosis.save(update_fields=list(values))
        return diagnosis
    last = draft.diagnoses.aggregate(last=Max("rank"))["last"] or 0
    if draft.diagnoses.count() >= AT_MOST:
        raise Invalid(f"A consultation has at most {AT_MOST} diagnoses.")
    return Diagnosis.objects.create(consultation=draft, rank=last + 1, **values)


def _checked(wish: DiagnosisWish, now: datetime) -> dict[str, object]:
    if wish.code is not None and not wish.code.is_billable:
        raise Invalid(f"{wish.code.code} is a heading. Choose a code below it.")
    text = wish.text.strip() or (wish.code.name if wish.code else "")
    if not text:
        raise Invalid("Choose a code, or write the diagnosis in words.")
    if wish.onset_date and wish.onset_date > (now + _FARTHEST_EAST).date():
        raise Invalid("It cannot have begun in the future.")
    return {
        "code": wish.code,
        "text": text,
        "cause": wish.cause,
        "side": wish.side,
        "onset_date": wish.onset_date,
    }


@action
def raise_diagnosis(
    *, consultation: Consultation, diagnosis: Diagnosis, by: User, now: datetime
) -> None:
    """Move a diagnosis one place up. Raises `NotADraft`, `NotAllowed`."""
    draft = _draft(consultation, by, now)
    rows = list(draft.diagnoses.order_by("rank", "id"))
    place = [row.pk for row in rows].index(diagnosis.pk)
    if place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
        # Ranks are unique at every moment: first out of the way, then into place.
        draft.diagnoses.update(rank=F("rank") + 1000)
        for rank, row in enumerate(rows, start=1):
            draft.diagnoses.filter(pk=row.pk).update(rank=rank)


@action
def remove_diagnosis(
    *, consultation: Consultation, diagnosis: Diagnosis, by: User, now: datetime
) -> None:
    """Take a diagnosis out of a draft. Raises `NotADraft`, `NotAllowed`."""
    _draft(consultation, by, now)
    diagnosis.delete()


def _draft(consultation: Consultation, by: User, now: datetime) -> Consultation:
    require(by, WRITES)
    lock_record(consultation.patient)
    return documents.touch_draft(consultation, now=now)


def file_diagnoses(consultation: Consultation) -> None:
    """Put each diagnosis of a signed consultation on the problem list, or confirm it there."""
    for diagnosis in consultation.diagnoses.select_related("code"):
        condition = _on_the_list(consultation.patient, diagnosis) or Condition.objects.create(
            patient=consultation.patient,
            text=_told(diagnosis),
            code_system=ICD_10_CM if diagnosis.code_id else "",
            code=diagnosis.code_id or "",
            verification="confirmed",
            onset_date=diagnosis.onset_date,
        )
        DiagnosedCondition.objects.create(diagnosis=diagnosis, condition=condition)


def _on_the_list(patient: Patient, diagnosis: Diagnosis) -> Condition | None:
    """An active row that says the same, or one that had been withdrawn and now holds again."""
    text = _told(diagnosis)
    same = (
        Q(code=diagnosis.code_id, text__iexact=text) if diagnosis.code_id else Q(text__iexact=text)
    )
    rows = Condition.objects.select_for_update(no_key=True).filter(same, patient=patient)
    present = ("active", "recurrence", "relapse")
    found = rows.filter(status__in=present).exclude(verification=WITHDRAWN).order_by("id").first()
    if found is not None:
        return found
    back = rows.filter(verification=WITHDRAWN, source="").order_by("id").first()
    if back is not None:
        back.status, back.verification = ConditionStatus.ACTIVE, "confirmed"
        back.save(update_fields=["status", "verification"])
    return back


def _told(diagnosis: Diagnosis) -> str:
    side = _SIDES.get(diagnosis.side, "")
    return f"{diagnosis.text}, {side}" if side else diagnosis.text


def withdraw_filed(consultation: Consultation) -> None:
    """Take from the list what only a replaced or withdrawn consultation had put there.

    Rows from elsewhere stay, and rows that another consultation which still stands confirms.
    """
    filed = Condition.objects.select_for_update(no_key=True).filter(
        diagnosed__diagnosis__consultation=consultation, source=""
    )
    for condition in filed.order_by("id"):
        standing = condition.diagnosed.filter(
            diagnosis__consultation__record_status=RecordStatus.SIGNED
        )
        if not standing.exists():
            condition.status, condition.verification = ConditionStatus.INACTIVE, WITHDRAWN
            condition.save(update_fields=["status", "verification"])
