"""The clinician: one procedure, as a draft or as a document."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import Conflict
from treatments.actions import procedures as actions
from treatments.actions.documents import NotADraft, StaleDraft
from treatments.forms.outside import ReasonForm
from treatments.models import Procedure
from treatments.models.procedure_content import content_of
from treatments.pages.physician.procedure_draft import (
    SIGN,
    change_of,
    draft_form,
    save_by_itself,
)
from treatments.pages.physician.procedure_late import show_late, with_carried
from treatments.pages.physician.procedure_showing import (
    show_document,
    show_form,
    show_stale,
    unread,
)
from treatments.queries import procedures as queries
from treatments.queries.findings import findings_about_procedure

PREPARE = "treatments.prepare_procedures"
REASON = "reason_"


@require_GET
@physician_page("patients.view_chart")
def procedure(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """The form of a draft, or the document that was signed."""
    found = queries.access_procedure(request.user, procedure_id, now=timezone.now())
    if found.is_draft and request.user.has_perm(PREPARE):
        return show_form(request, found, draft_form(request, found))
    return show_document(request, found)


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
    if news := unread(request, found):
        saved = queries.access_procedure(request.user, procedure_id, now=now)
        return show_form(request, saved, draft_form(request, saved), news=news, status=409)
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
        return show_form(request, saved, draft_form(request, saved), lacks=asked, status=409)
    messages.success(request, f"{signed} is signed.")
    return redirect("physician:procedure", signed.pk)


@require_POST
@physician_page(SIGN)
def amend(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Begin a correction; until it is signed the signed text stands."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    form = ReasonForm(request.POST)
    if not form.is_valid() and "carried" in request.POST:
        return show_late(request, found)
    if not form.is_valid():
        return show_document(request, found, wrong="amend", status=422)
    reason = form.cleaned_data["reason"]
    try:
        row = actions.amend_procedure(procedure=found, reason=reason, by=request.user, now=now)
    except Conflict:
        if "carried" not in request.POST:
            raise
        return show_late(request, found)
    return _carry(request, row) or redirect("physician:procedure", row.pk)


@require_POST
@physician_page(SIGN)
def withdraw(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Say that it was entered in error."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show_document(request, found, wrong="withdraw", status=422)
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


def _carry(request: SignedInRequest, draft: Procedure) -> HttpResponse | None:
    """Put into the correction what was typed while it was being signed."""
    data = with_carried(request, draft)
    if data is None:
        return None
    form = draft_form(request, draft, data)
    try:
        if form.is_valid():
            change, now = change_of(form), timezone.localtime()
            actions.save_procedure(procedure=draft, change=change, by=request.user, now=now)
            return None
    except actions.WrongProcedure as wrong:
        form.complain(wrong.details["fields"])
    return show_form(request, draft, form, status=422)


def _save(request: SignedInRequest, found: Procedure) -> HttpResponse | None:
    """Save what was sent; the page to show instead if that is refused."""
    if not found.is_draft:
        return show_late(request, found)
    form = draft_form(request, found, request.POST)
    if not form.is_valid():
        return show_form(request, found, form, status=422)
    change = change_of(form, keep_theirs=request.POST.getlist("theirs"))
    now = timezone.localtime()
    try:
        actions.save_procedure(procedure=found, change=change, by=request.user, now=now)
    except actions.WrongProcedure as wrong:
        form.complain(wrong.details["fields"])
        return show_form(request, found, form, status=422)
    except StaleDraft as stale:
        return show_stale(request, found, stale)
    except NotADraft:
        return show_late(request, found)
    return None
