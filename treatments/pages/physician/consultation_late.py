"""The clinician: words about a consultation that was signed while they were typed.

They are shown beside what was signed, and a correction can begin with them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError
from treatments.actions.consultations import save_consultation
from treatments.domain import consultation as content
from treatments.forms.consultation import sent_pieces
from treatments.models import Consultation
from treatments.pages.physician.diagnosing import CHANGED, take_typed, typed
from treatments.pages.physician.editor import revision_of, show_editor
from treatments.queries import consultations as queries


def show_late(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """What was typed and is not in what was signed, with a way to amend it."""
    read = queries.read_consultation(request.user, consultation_id, now=timezone.now())
    names = queries.red_flags(request.user) | dict(read.flag_names)
    own = _own(request, read.consultation, names)
    rows = [
        (
            content.label_of(name, names),
            content.value_of(name, text),
            content.value_of(name, read.pieces.get(name, "")),
        )
        for name, text in own.items()
    ]
    picked = {name: text for name, text in typed(request.POST).items() if name != CHANGED}
    if picked:
        rows.append(("Diagnosis", ", ".join(picked.values()), "–"))
    row, correction = read.consultation, read.replaced_by
    context: dict[str, Any] = {
        "record": read.record,
        "tab": "consultations",
        "document": row,
        "rows": rows,
        "carried": [
            *(("carried", name) for name in (*own, *picked)),
            *own.items(),
            *picked.items(),
        ],
        "may_amend": row.record_status == "signed" and correction is None,
        "amend": reverse("physician:consultation-amend", args=[row.pk]),
        "signed": reverse("physician:consultation", args=[row.pk]),
        "correction": correction and reverse("physician:consultation", args=[correction.pk]),
    }
    return render(request, "treatments/physician/signed_meanwhile.html", context, status=409)


def _own(request: SignedInRequest, row: Consultation, flags: Mapping[str, str]) -> dict[str, str]:
    """The pieces that this person changed since they read them, and that were not signed so."""
    signed = content.pieces_of(row)
    if "carried" in request.POST:
        return _carried(request, flags)
    seen = row.as_read_at(revision_of(request))
    base = content.pieces_of(seen) if seen else {}
    sent = {name: text.strip() for name, text in sent_pieces(request.POST, flags).items()}
    return {
        name: text
        for name, text in sent.items()
        if _plain(text) not in {_plain(base.get(name, "")), _plain(signed.get(name, ""))}
    }


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _carried(request: SignedInRequest, flags: Mapping[str, str]) -> dict[str, str]:
    asked = set(request.POST.getlist("carried"))
    return {n: request.POST.get(n, "").strip() for n in content.names(flags) if n in asked}


def carry(request: SignedInRequest, draft: Consultation, now: datetime) -> HttpResponse | None:
    """Put into the correction what was typed while it was being signed.

    The page to show if some of it makes no sense.
    """
    pieces = _carried(request, queries.red_flags(request.user))
    user = request.user
    saved = save_consultation(
        consultation=draft, pieces=pieces, revision=draft.revision, by=user, now=now
    )
    read = queries.read_consultation(user, draft.pk, now=now)
    try:
        form = take_typed(request, read, now)
    except DomainError as error:
        return show_editor(request, read, problem=error)
    if form is None and not saved.refused:
        return None
    wrong = {name: pieces[name] for name in saved.refused}
    return show_editor(request, read, typed=wrong, refused=saved.refused, diagnosis_form=form)
