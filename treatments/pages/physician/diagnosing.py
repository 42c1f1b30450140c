"""The clinician: the picker of diagnoses on a draft of a consultation.

It is a part of the one form of that page: whatever is pressed, a diagnosis that was typed and not
added yet is added, or the page says what it lacks and keeps it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import Invalid
from treatments.actions.diagnoses import DiagnosisWish, write_diagnosis
from treatments.forms.consultation import DiagnosisForm
from treatments.models import Diagnosis, DiagnosisCode
from treatments.queries import consultations as queries
from treatments.queries import diagnosis_codes

FIELDS = ("code", "text", "cause", "side", "onset_date")
# What is typed into the search, and which diagnosis is being changed.
ASKED, CHANGED = "diagnosis-q", "diagnosis-of"
_Read = queries.ReadConsultation


@dataclass(frozen=True)
class Picker:
    """What stands in the picker: a diagnosis that is changed or a new one, and the codes found."""

    form: DiagnosisForm
    changed: Diagnosis | None
    asked: str
    picked: str
    codes: Sequence[DiagnosisCode]


def typed(data: QueryDict) -> dict[str, str]:
    """What was sent of the picker, by the names under which it was sent; empty fields left out."""
    names = (*(f"diagnosis-{name}" for name in FIELDS), ASKED, CHANGED)
    return {name: text for name in names if (text := str(data.get(name, ""))).strip()}


def picker_of(
    request: SignedInRequest,
    read: _Read,
    form: DiagnosisForm | None = None,
    *,
    is_taken: bool = False,
) -> Picker:
    """The picker as it was sent, or as its address asks for it.

    Empty if what was sent `is_taken` over into the diagnoses already.
    """
    sent = {} if is_taken else typed(request.POST)
    asked = sent.get(ASKED, request.GET.get("q", ""))[:200]
    old = _found(read, sent.get(CHANGED, request.GET.get("change", "")))
    initial = {name: sent.get(f"diagnosis-{name}", "") for name in FIELDS} if sent else _said(old)
    return Picker(
        form=form or DiagnosisForm(causes=queries.causes(request.user), initial=initial),
        changed=old,
        asked=asked,
        picked=initial.get("code", ""),
        codes=diagnosis_codes.search(request.user, asked) if asked else [],
    )


def take_typed(
    request: SignedInRequest, read: _Read, now: datetime, *, asked_to: bool = False
) -> DiagnosisForm | None:
    """Write down the diagnosis that was typed, if one was; the form to show again if it lacks
    something.

    Nothing typed is no fault, unless somebody `asked_to` add it; nor is what is there already, word
    for word. Raises `Invalid` and whatever `write_diagnosis` does.
    """
    data = request.POST
    old = _found(read, data.get(CHANGED, ""))
    if not asked_to and not _says_more(data, old):
        return None
    form = DiagnosisForm(data, causes=queries.causes(request.user))
    if not form.is_valid():
        return form
    said, user = form.cleaned_data, request.user
    if not said["code"] and not said["text"]:
        form.add_error(None, _unfinished(data))
        return form
    code = queries.access_code(user, said["code"]) if said["code"] else None
    if said["code"] and code is None:
        raise Invalid(f"There is no code {said['code']}.")
    wish = DiagnosisWish(
        code=code,
        text=said["text"],
        cause=form.causes.get(said["cause"]),
        side=said["side"],
        onset_date=said["onset_date"],
    )
    if old is not None or not _is_there(read, wish):
        write_diagnosis(consultation=read.consultation, wish=wish, diagnosis=old, by=user, now=now)
    return None


def _is_there(read: _Read, wish: DiagnosisWish) -> bool:
    text = wish.text.strip() or (wish.code.name if wish.code else "")
    code, cause = (getattr(row, "pk", None) for row in (wish.code, wish.cause))
    same = (code, text, cause, wish.side, wish.onset_date)
    return any(
        same == (row.code_id, row.text, row.cause_id, row.side, row.onset_date)
        for row in read.diagnoses
    )


def _says_more(data: QueryDict, old: Diagnosis | None) -> bool:
    said = _said(old) if old else {}
    sent = {name: data.get(f"diagnosis-{name}", "").strip() for name in FIELDS}
    changed = any(sent[name] != str(said.get(name) or "") for name in FIELDS)
    return changed or bool(data.get(ASKED, "").strip() and not (sent["code"] or sent["text"]))


def _unfinished(data: QueryDict) -> str:
    what = data.get(ASKED, "").strip()
    begun = f"“{what[:60]}” is not among the diagnoses yet. " if what else ""
    return f"{begun}Choose a code, write the diagnosis in words, or empty these fields."


def _found(read: _Read, number: str) -> Diagnosis | None:
    return next((row for row in read.diagnoses if str(row.pk) == number), None)


def _said(old: Diagnosis | None) -> dict[str, Any]:
    if old is None:
        return {}
    return {
        "code": old.code_id or "",
        "text": old.text,
        "cause": old.cause_id or "",
        "side": old.side,
        "onset_date": old.onset_date,
    }
