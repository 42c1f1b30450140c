"""The clinician: the draft of a consultation as one form."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError, Invalid
from treatments.actions.documents import StaleDraft
from treatments.domain import consultation as content
from treatments.forms.consultation import DiagnosisForm, Sheet
from treatments.pages.physician.diagnosing import picker_of
from treatments.queries import consultations as queries

_Read = queries.ReadConsultation


def revision_of(request: SignedInRequest) -> int:
    """The revision that a page was made from. Raises `Invalid` if it does not say."""
    text = request.POST.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid("The page does not say which version it was made from. Open it again.")
    return int(text)


def show_editor(
    request: SignedInRequest,
    read: _Read,
    *,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    stale: StaleDraft | None = None,
    problem: DomainError | None = None,
    diagnosis_form: DiagnosisForm | None = None,
    is_taken: bool = False,
) -> HttpResponse:
    """The draft as a form, with what was typed if it could not be saved, and why.

    `is_taken` says that the diagnosis that was typed is among the others already.
    """
    row = read.consultation
    pieces = stale.details["pieces"] if stale else read.pieces
    picker = picker_of(request, read, diagnosis_form, is_taken=is_taken)
    context: dict[str, Any] = {
        "record": read.record,
        "tab": "consultations",
        "consultation": row,
        "sheet": Sheet(row.kind, {**pieces, **(typed or {})}, read.flags, refused),
        "revision": stale.details["revision"] if stale else row.revision,
        "clashes": _clashes(stale, read) if stale else [],
        "problem": problem,
        "diagnoses": read.diagnoses,
        "diagnosis_form": picker.form,
        "changed_diagnosis": picker.changed,
        "asked": picker.asked,
        "codes": picker.codes,
        "picked": picker.picked,
        "opened_at": timezone.now(),
    }
    failed = refused or problem or (diagnosis_form is not None)
    status = 409 if stale else 422 if failed else 200
    return render(request, "treatments/physician/consultation_edit.html", context, status=status)


def _clashes(stale: StaleDraft, read: _Read) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "label": content.label_of(name, read.flag_names),
            "yours": content.value_of(name, both["yours"]),
            "theirs": content.value_of(name, both["theirs"]),
        }
        for name, both in stale.details["fields"].items()
    ]
