"""The clinician: consultations of a person, and one that is begun, read, signed and corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError
from treatments.actions import consultations as actions
from treatments.forms.consultation import NewConsultationForm, ReasonForm, Sheet
from treatments.models import ConsultationKind
from treatments.pages.physician.consultation_late import carry, show_late
from treatments.pages.physician.doors import opens_chart
from treatments.pages.physician.editor import show_editor
from treatments.queries import consultations as queries
from treatments.queries.record import record_header


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def consultations(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Every consultation of a person, newest first."""
    now = timezone.now()
    context = {
        "record": record_header(request.user, patient_id, now=now),
        "tab": "consultations",
        "consultations": queries.consultations(request.user, patient_id, now=now),
    }
    return render(request, "treatments/physician/consultations.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.write_consultations")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Choose a template, or go on with a draft that is there."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    before = queries.consultations(request.user, patient_id, now=now)
    kind = "follow_up" if any(row.record_status == "signed" for row in before) else "new"
    initial = {"kind": kind, "occurred_at": timezone.localtime(now)}
    form = NewConsultationForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            draft = actions.begin_consultation(
                patient=record.patient,
                kind=ConsultationKind(form.cleaned_data["kind"]),
                occurred_at=form.cleaned_data["occurred_at"],
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error("occurred_at", error.sentence)
        else:
            return redirect("physician:consultation", draft.pk)
    context = {
        "record": record,
        "tab": "consultations",
        "form": form,
        "drafts": [row for row in before if row.is_draft],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/physician/consultation_new.html", context, status=status)


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def consultation(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """A draft to write on, or a document to read."""
    read = queries.read_consultation(request.user, consultation_id, now=timezone.now())
    writes = request.user.has_perm("treatments.write_consultations")
    if read.consultation.is_draft and writes:
        return show_editor(request, read)
    return render(request, "treatments/physician/consultation.html", _document(request, read))


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def printed(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """The document alone, for paper; the read log says that it was printed."""
    now = timezone.now()
    read = queries.read_consultation(request.user, consultation_id, to_print=True, now=now)
    context = _document(request, read) | {"printed_at": now}
    return render(request, "treatments/physician/consultation_print.html", context)


def _document(request: SignedInRequest, read: queries.ReadConsultation) -> dict[str, Any]:
    row = read.consultation
    return {
        "read": read,
        "record": read.record,
        "tab": "consultations",
        "consultation": row,
        "sheet": Sheet(row.kind, read.pieces, read.flags),
        "changes": queries.changes(request.user, read, now=timezone.now()),
        "may_withdraw": request.user.pk in {row.clinician_id, row.signed_by_id},
    }


@require_http_methods(["GET", "POST"])
@physician_page("treatments.write_consultations")
@opens_chart
def amend(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """Say what was wrong, and write the correction."""
    return _with_reason(
        request,
        consultation_id,
        act=actions.amend_consultation,
        title="Amend this consultation",
        text="What is signed stays readable. You write a new version, which replaces it when you "
        "sign it.",
        label="What was wrong?",
        button="Write the correction",
    )


@require_http_methods(["GET", "POST"])
@physician_page("treatments.write_consultations")
@opens_chart
def withdraw(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """Say that it was entered in error."""
    return _with_reason(
        request,
        consultation_id,
        act=actions.withdraw_consultation,
        title="Entered in error",
        text="It stays readable, marked as an error. Its diagnoses leave the problem list unless "
        "another consultation confirms them.",
        label="Why?",
        button="Mark as entered in error",
    )


def _with_reason(
    request: SignedInRequest, consultation_id: UUID, *, act: Any, **words: str
) -> HttpResponse:
    now = timezone.now()
    read = queries.read_consultation(request.user, consultation_id, now=now)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = words["label"]
    is_late = "carried" in request.POST
    if form.is_valid():
        try:
            row = act(
                consultation=read.consultation,
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            page = carry(request, row, now) if is_late else None
            return page or redirect("physician:consultation", row.pk)
    if is_late:
        return show_late(request, consultation_id)
    context = {
        "record": read.record,
        "tab": "consultations",
        "consultation": read.consultation,
        "form": form,
        "words": words,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/physician/consultation_reason.html", context, status=status)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.write_consultations")
@opens_chart
def discard(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """Ask first; then throw the draft away."""
    now = timezone.now()
    read = queries.read_consultation(request.user, consultation_id, now=now)
    patient = read.record.patient
    if request.method == "POST":
        actions.discard_draft(consultation=read.consultation, by=request.user, now=now)
        messages.success(request, "The draft is gone.")
        return redirect("physician:consultations", patient.pk)
    context = {
        "record": read.record,
        "tab": "consultations",
        "consultation": read.consultation,
    }
    return render(request, "treatments/physician/consultation_discard.html", context)


@require_GET
@physician_page("treatments.write_consultations")
def drafts(request: SignedInRequest) -> HttpResponse:
    """What one has begun and not signed."""
    context = {"drafts": queries.own_drafts(request.user, now=timezone.now())}
    return render(request, "treatments/physician/drafts.html", context)
