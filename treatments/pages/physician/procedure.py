"""The clinician: one procedure, as a draft or as a document."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.actions import procedures as actions
from treatments.actions.documents import NotADraft, StaleDraft
from treatments.domain.procedure_items import CHECKLIST, DEVICE
from treatments.domain.spine import known_levels
from treatments.domain.spine_picture import said
from treatments.forms.outside import ReasonForm
from treatments.forms.procedures import ProcedureForm, words
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark
from treatments.pages.physician.procedure_draft import (
    SIGN,
    change_of,
    draft_form,
    save_by_itself,
)
from treatments.queries import procedures as queries
from treatments.queries.findings import findings_about_procedure
from treatments.queries.record import record_header

PREPARE = "treatments.prepare_procedures"
REASON = "reason_"


@require_GET
@physician_page("patients.view_chart")
def procedure(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """The form of a draft, or the document that was signed."""
    found = queries.access_procedure(request.user, procedure_id, now=timezone.now())
    if found.is_draft and request.user.has_perm(PREPARE):
        return _show_form(request, found, draft_form(request, found))
    return _show_document(request, found)


@require_POST
@physician_page(PREPARE)
def draft(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Save what is there so far; what cannot be right is said beside its field."""
    found = queries.access_procedure(request.user, procedure_id, now=timezone.now())
    if "Dorsa-Autosave" in request.headers:
        return save_by_itself(request, found)
    refusal = _save(request, found)
    if refusal:
        return refusal
    messages.success(request, "Saved.")
    return redirect("physician:procedure", found.pk)


@require_POST
@physician_page(PREPARE)
def limits(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """What the rules say about what is filled in so far; nothing is saved."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    if not found.is_draft:
        raise NotADraft
    form = draft_form(request, found, request.POST)
    content = form.content if form.is_valid() else content_of(found)
    context = {"findings": findings_about_procedure(request.user, found, content, now=now)}
    return render(request, "treatments/physician/_findings_live.html", context)


@require_POST
@physician_page(SIGN)
def sign(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Save, then sign; whatever is missing is listed at once."""
    now = timezone.localtime()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    refusal = _save(request, found)
    if refusal:
        return refusal
    reasons = {
        name.removeprefix(REASON): str(text)[:500]
        for name, text in request.POST.items()
        if name.startswith(REASON)
    }
    try:
        signed = actions.sign_procedure(procedure=found, reasons=reasons, by=request.user, now=now)
    except actions.NotReady as missing:
        saved = queries.access_procedure(request.user, procedure_id, now=now)
        asked = [
            {**lack, "typed": reasons.get(lack["code"], "")} for lack in missing.details["lacks"]
        ]
        return _show_form(request, saved, draft_form(request, saved), lacks=asked, status=409)
    messages.success(request, f"{signed} is signed.")
    return redirect("physician:procedure", signed.pk)


@require_POST
@physician_page(SIGN)
def amend(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Begin a correction; until it is signed the signed text stands."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show_document(request, found, wrong="amend", status=422)
    reason = form.cleaned_data["reason"]
    row = actions.amend_procedure(procedure=found, reason=reason, by=request.user, now=now)
    return redirect("physician:procedure", row.pk)


@require_POST
@physician_page(SIGN)
def withdraw(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Say that it was entered in error."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show_document(request, found, wrong="withdraw", status=422)
    reason = form.cleaned_data["reason"]
    actions.withdraw_procedure(procedure=found, reason=reason, by=request.user, now=now)
    messages.success(request, f"{found} is marked as entered in error and counts no more.")
    return redirect("physician:procedures", found.patient_id)


@require_POST
@physician_page(PREPARE)
def discard(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Throw a draft away."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    actions.discard_procedure(procedure=found, by=request.user, now=now)
    messages.success(request, "The draft is gone.")
    return redirect("physician:procedures", found.patient_id)


def _save(request: SignedInRequest, found: Procedure) -> HttpResponse | None:
    """Save what was sent; the page to show instead if that is refused."""
    if not found.is_draft:
        raise NotADraft
    form = draft_form(request, found, request.POST)
    if not form.is_valid():
        return _show_form(request, found, form, status=422)
    change = change_of(form, keep_theirs=request.POST.getlist("theirs"))
    now = timezone.localtime()
    try:
        actions.save_procedure(procedure=found, change=change, by=request.user, now=now)
    except actions.WrongProcedure as wrong:
        form.complain(wrong.details["fields"])
        return _show_form(request, found, form, status=422)
    except StaleDraft as stale:
        return _show_stale(request, found, form, stale)
    return None


def _show_stale(
    request: SignedInRequest, found: Procedure, form: ProcedureForm, stale: StaleDraft
) -> HttpResponse:
    """The same form, saved next time on top of what the other has written."""
    data = request.POST.copy()
    data["revision"] = str(stale.details["revision"])
    data["drugs_seen"] = drugs_mark(content_of(found).drugs)
    again = draft_form(request, found, data)
    again.is_valid()
    clashes = [
        {"name": name, "label": words(name), **both}
        for name, both in stale.details["fields"].items()
    ]
    return _show_form(request, found, again, clashes=clashes, status=stale.status)


def _show_form(
    request: SignedInRequest,
    found: Procedure,
    form: ProcedureForm,
    *,
    lacks: Any = (),
    clashes: Any = (),
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    lots = queries.lots_in_use(request.user, now=now)
    rules = form.rules
    context = {
        "record": record_header(request.user, found.patient_id, now=now),
        "tab": "procedures",
        "procedure": found,
        "form": form,
        "lacks": lacks,
        "clashes": clashes,
        "findings": findings_about_procedure(request.user, found, content_of(found), now=now),
        "may_sign": request.user.has_perm(SIGN),
        "check_fields": [
            form[f"check_{i.key}"]
            for p, i in form.items()
            if p == "check" and i.key not in {"stop_reason", "no_contrast_reason"}
        ],
        "device_fields": [form[f"device_{i.key}"] for p, i in form.items() if p == "device"],
        "lots": {
            key: {
                "unit": str(drug.unit),
                "strengths": list(drug.strengths),
                "lot": lots[key].number if key in lots else "",
                "expiry": lots[key].expiry if key in lots else "",
            }
            for key, drug in rules.drugs.items()
            if key in dict(form.rows.choices)
        },
    }
    return render(request, "treatments/physician/procedure_form.html", context, status=status)


def _show_document(
    request: SignedInRequest, found: Procedure, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    content = content_of(found)
    context = {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "procedures",
        "procedure": found,
        "replaced_by": getattr(found, "replaced_by", None),
        "where": said(content.region, known_levels(content.levels), content.laterality),
        "checked": _told(content.checklist, CHECKLIST),
        "device": _told(content.device_settings, DEVICE),
        "cement": content.device_settings.get("cement_ml", {}),
        "reasons": content.checklist.get("reasons", {}),
        "wrong": wrong,
        "may_sign": request.user.has_perm(SIGN),
    }
    return render(request, "treatments/physician/procedure.html", context, status=status)


def _told(values: dict[str, Any] | Any, table: Any) -> list[tuple[str, str]]:
    told = []
    for key, item in table.items():
        value = values.get(key)
        if value in (None, "", False):
            continue
        text = dict(item.choices).get(value, value) if value is not True else "Yes"
        told.append((item.label, f"{text} {item.unit}".strip()))
    return told
