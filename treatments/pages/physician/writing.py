"""The clinician: writing on a consultation that is not signed yet.

The whole page is one form, so that no button loses what was typed: whatever is pressed, the page is
saved first. A script sends the changed fields by itself to the same address.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError, Invalid
from treatments.actions.consultations import save_consultation, sign_consultation
from treatments.actions.diagnoses import (
    DiagnosisWish,
    raise_diagnosis,
    remove_diagnosis,
    write_diagnosis,
)
from treatments.actions.documents import StaleDraft
from treatments.domain import consultation as content
from treatments.domain import examination
from treatments.forms.consultation import DiagnosisForm, Sheet, chosen, sent_pieces
from treatments.pages.physician.doors import opens_chart
from treatments.queries import consultations as queries
from treatments.queries import diagnosis_codes

_Read = queries.ReadConsultation


@require_POST
@physician_page("treatments.write_consultations")
@opens_chart
def draft(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """Save what was typed, then do what the button says (`do`)."""
    now = timezone.now()
    read = queries.read_consultation(request.user, consultation_id, now=now)
    by_itself = "Dorsa-Autosave" in request.headers
    sent = sent_pieces(request.POST, [flag.key for flag in read.flags])
    try:
        saved = save_consultation(
            consultation=read.consultation,
            pieces=chosen(request.POST, sent),
            revision=_revision(request),
            by=request.user,
            now=now,
        )
    except StaleDraft as stale:
        if by_itself:
            return JsonResponse({"stale": True}, status=409)
        return show_editor(request, read, stale=stale)
    except DomainError as error:
        if by_itself:
            return JsonResponse({"sentence": error.sentence}, status=error.status)
        raise
    if by_itself:
        return _told(saved.consultation.revision, saved.refused, saved.others, now)
    read = queries.read_consultation(request.user, consultation_id, now=now)
    if saved.refused:
        typed = {name: sent[name] for name in saved.refused}
        return show_editor(request, read, typed=typed, refused=saved.refused)
    return _do(request, read, now)


def _revision(request: SignedInRequest) -> int:
    text = request.POST.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid("The page does not say which version it was made from. Open it again.")
    return int(text)


def _told(
    revision: int, refused: Mapping[str, str], others: Mapping[str, str], now: datetime
) -> JsonResponse:
    clock = f"{timezone.localtime(now):%-I:%M %p}"
    told = {"revision": revision, "saved_at": clock, "refused": refused, "others": others}
    return JsonResponse(told)


def _do(request: SignedInRequest, read: _Read, now: datetime) -> HttpResponse:
    what, _, which = request.POST.get("do", "").partition(":")
    doing = _BUTTONS.get(what)
    if doing is None:
        clock = f"{timezone.localtime(now):%-I:%M %p}"
        messages.success(request, f"Saved {clock}.")
        return redirect("physician:consultation", read.consultation.pk)
    try:
        return doing(request, read, which, now)
    except DomainError as error:
        fresh = queries.read_consultation(request.user, read.consultation.pk, now=now)
        return show_editor(request, fresh, problem=error)


def _sign(request: SignedInRequest, read: _Read, _which: str, now: datetime) -> HttpResponse:
    sign_consultation(consultation=read.consultation, by=request.user, now=now)
    messages.success(request, "The consultation is signed.")
    return redirect("physician:consultation", read.consultation.pk)


def _normal(request: SignedInRequest, read: _Read, which: str, now: datetime) -> HttpResponse:
    """Write the normal value into what is empty in a table, or “no” for the flags."""
    normal = {
        name: table.normal
        for name, (table, _row, _column) in examination.CELLS.items()
        if table.key == which and table.normal and name not in read.pieces
    }
    if which == "flags":
        open_ones = [f"flag-{flag.key}" for flag in read.flags]
        normal = {name: "no" for name in open_ones if name not in read.pieces}
    save_consultation(
        consultation=read.consultation,
        pieces=normal,
        revision=read.consultation.revision,
        by=request.user,
        now=now,
    )
    return _back(read, "red-flags" if which == "flags" else "examination")


def _find(request: SignedInRequest, read: _Read, _which: str, _now: datetime) -> HttpResponse:
    return _back(read, "diagnoses", q=request.POST.get("diagnosis-q", "")[:200])


def _add(request: SignedInRequest, read: _Read, which: str, now: datetime) -> HttpResponse:
    form = DiagnosisForm(request.POST, causes=queries.causes(request.user))
    if not form.is_valid():
        return show_editor(request, read, diagnosis_form=form)
    said, user = form.cleaned_data, request.user
    old = None
    if which:
        old = queries.access_diagnosis(user, read.consultation, _number(which))
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
    write_diagnosis(consultation=read.consultation, wish=wish, diagnosis=old, by=user, now=now)
    return _back(read, "diagnoses")


def _change(_request: SignedInRequest, read: _Read, which: str, _now: datetime) -> HttpResponse:
    return _back(read, "diagnoses", change=which[:9])


def _raise(request: SignedInRequest, read: _Read, which: str, now: datetime) -> HttpResponse:
    row = queries.access_diagnosis(request.user, read.consultation, _number(which))
    raise_diagnosis(consultation=read.consultation, diagnosis=row, by=request.user, now=now)
    return _back(read, "diagnoses")


def _remove(request: SignedInRequest, read: _Read, which: str, now: datetime) -> HttpResponse:
    row = queries.access_diagnosis(request.user, read.consultation, _number(which))
    remove_diagnosis(consultation=read.consultation, diagnosis=row, by=request.user, now=now)
    return _back(read, "diagnoses")


_BUTTONS: Mapping[str, Callable[[SignedInRequest, _Read, str, datetime], HttpResponse]] = {
    "sign": _sign,
    "normal": _normal,
    "find": _find,
    "add": _add,
    "change": _change,
    "raise": _raise,
    "remove": _remove,
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _back(read: _Read, place: str, **query: str) -> HttpResponse:
    address = reverse("physician:consultation", args=[read.consultation.pk])
    return redirect(f"{address}?{urlencode(query)}#{place}" if query else f"{address}#{place}")


@require_GET
@physician_page("treatments.write_consultations")
@opens_chart
def codes(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """The codes that what was typed may mean, to pick one from."""
    queries.access_consultation(request.user, consultation_id, now=timezone.now())
    asked = request.GET.get("diagnosis-q", request.GET.get("q", ""))[:200]
    context = {"codes": diagnosis_codes.search(request.user, asked), "asked": asked, "picked": ""}
    return render(request, "treatments/physician/_diagnosis_codes.html", context)


def show_editor(
    request: SignedInRequest,
    read: _Read,
    *,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    stale: StaleDraft | None = None,
    problem: DomainError | None = None,
    diagnosis_form: DiagnosisForm | None = None,
) -> HttpResponse:
    """The draft as a form, with what was typed if it could not be saved, and why."""
    row = read.consultation
    pieces = stale.details["pieces"] if stale else read.pieces
    asked = request.GET.get("q", "")[:200]
    changed = _number(request.GET.get("change", ""))
    old = next((diagnosis for diagnosis in read.diagnoses if diagnosis.pk == changed), None)
    form = diagnosis_form or DiagnosisForm(
        causes=queries.causes(request.user), initial=_initial(old)
    )
    context: dict[str, Any] = {
        "record": read.record,
        "tab": "consultations",
        "consultation": row,
        "sheet": Sheet(row.kind, {**pieces, **(typed or {})}, read.flags, refused),
        "revision": stale.details["revision"] if stale else row.revision,
        "clashes": _clashes(stale, read) if stale else [],
        "problem": problem,
        "diagnoses": read.diagnoses,
        "diagnosis_form": form,
        "changed_diagnosis": old,
        "asked": asked,
        "codes": diagnosis_codes.search(request.user, asked) if asked else [],
        "picked": old.code_id if old else "",
        "opened_at": timezone.now(),
    }
    failed = refused or problem or (diagnosis_form is not None)
    status = 409 if stale else 422 if failed else 200
    return render(request, "treatments/physician/consultation_edit.html", context, status=status)


def _initial(old: Any) -> dict[str, Any]:
    if old is None:
        return {}
    return {
        "text": old.text,
        "cause": old.cause_id or "",
        "side": old.side,
        "onset_date": old.onset_date,
    }


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
