"""The clinician: writing on a consultation that is not signed yet.

The whole page is one form, so that no button loses what was typed: whatever is pressed, the page is
saved first. A script sends the changed fields by itself to the same address.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import Conflict, DomainError
from treatments.actions.consultations import Saved, save_consultation, sign_consultation
from treatments.actions.diagnoses import raise_diagnosis, remove_diagnosis
from treatments.actions.documents import NotADraft, StaleDraft
from treatments.domain import consultation as content
from treatments.domain import examination
from treatments.forms.consultation import chosen, sent_pieces
from treatments.pages.physician.consultation_late import show_late
from treatments.pages.physician.diagnosing import ASKED, take_typed, typed
from treatments.pages.physician.doors import opens_chart
from treatments.pages.physician.editor import revision_of, show_editor
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
    sent = sent_pieces(request.POST, [flag.key for flag in read.flags])
    if "Dorsa-Autosave" in request.headers:
        return _by_itself(request, read, sent, now)
    try:
        saved = _save(request, read, sent, now)
    except StaleDraft as stale:
        return show_editor(request, read, stale=stale)
    except NotADraft:
        return show_late(request, consultation_id)
    read = queries.read_consultation(request.user, consultation_id, now=now)
    if saved.refused:
        slips = {name: sent[name] for name in saved.refused}
        return show_editor(request, read, typed=slips, refused=saved.refused)
    return _do(request, read, saved.others, now)


def _save(request: SignedInRequest, read: _Read, sent: Mapping[str, str], now: datetime) -> Saved:
    return save_consultation(
        consultation=read.consultation,
        pieces=chosen(request.POST, sent),
        under_way=_under_way(request, sent),
        revision=revision_of(request),
        by=request.user,
        now=now,
    )


def _under_way(request: SignedInRequest, sent: Mapping[str, str]) -> dict[str, str]:
    """What a script had sent just before, without having heard yet what became of it."""
    names = {f"before-{name}": name for name in sent}
    return {name: request.POST[key] for key, name in names.items() if key in request.POST}


def _by_itself(
    request: SignedInRequest, read: _Read, sent: Mapping[str, str], now: datetime
) -> JsonResponse:
    """What a script is told that sends the page a moment after the last key."""
    try:
        saved = _save(request, read, sent, now)
    except StaleDraft as stale:
        # The script goes on with the others.
        return JsonResponse({"stale": True, "names": list(stale.details["fields"])}, status=409)
    except DomainError as error:
        told = {"sentence": error.sentence, "signed": isinstance(error, NotADraft)}
        return JsonResponse(told, status=error.status)
    return _told(saved.consultation.revision, saved.refused, saved.others, now)


def _told(
    revision: int, refused: Mapping[str, str], others: Mapping[str, str], now: datetime
) -> JsonResponse:
    clock = f"{timezone.localtime(now):%-I:%M %p}"
    told = {"revision": revision, "saved_at": clock, "refused": refused, "others": others}
    return JsonResponse(told)


def _do(
    request: SignedInRequest, read: _Read, news: Mapping[str, str], now: datetime
) -> HttpResponse:
    what, _, which = request.POST.get("do", "").partition(":")
    if what == "sign" and news:
        return show_editor(request, read, problem=_unread(read, news))
    doing = _BUTTONS.get(what, _saved)
    is_taken = False
    try:
        if what not in _OWN_PICKER:
            form = take_typed(request, read, now)
            if form is not None:
                return show_editor(request, read, diagnosis_form=form)
            is_taken = True
            read = queries.read_consultation(request.user, read.consultation.pk, now=now)
        return doing(request, read, which, now)
    except NotADraft:
        return show_late(request, read.consultation.pk)
    except DomainError as error:
        fresh = queries.read_consultation(request.user, read.consultation.pk, now=now)
        return show_editor(request, fresh, problem=error, is_taken=is_taken)


def _unread(read: _Read, news: Mapping[str, str]) -> Conflict:
    """Nobody signs what was not on their page."""
    labels = ", ".join(content.label_of(name, read.flag_names) for name in news)
    return Conflict(f"Not signed: somebody else wrote here meanwhile ({labels}). Read it first.")


def _saved(request: SignedInRequest, read: _Read, _which: str, now: datetime) -> HttpResponse:
    messages.success(request, f"Saved {timezone.localtime(now):%-I:%M %p}.")
    return redirect("physician:consultation", read.consultation.pk)


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
    if set(typed(request.POST)) - {ASKED}:
        return show_editor(request, read)
    return _back(read, "diagnoses", q=request.POST.get("diagnosis-q", "")[:200])


def _add(request: SignedInRequest, read: _Read, _which: str, now: datetime) -> HttpResponse:
    form = take_typed(request, read, now, asked_to=True)
    if form is not None:
        return show_editor(request, read, diagnosis_form=form)
    return _back(read, "diagnoses")


def _clear(_request: SignedInRequest, read: _Read, _which: str, _now: datetime) -> HttpResponse:
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
    "clear": _clear,
    "change": _change,
    "raise": _raise,
    "remove": _remove,
}


# These do themselves what is to be done with a diagnosis that was typed.
_OWN_PICKER = frozenset({"find", "add", "clear"})


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
