"""The portal: what one agrees to, signed with a typed name, and taken back as easily."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import DomainError
from patients.actions.own_consents import (
    TextChanged,
    sign_own_consent,
    take_back_own_consent,
)
from patients.domain.consent_texts import TEXTS
from patients.forms.own_papers import SignForm
from patients.models import Patient
from patients.queries import own_record
from patients.queries.sent_files import OwnConsent, own_consents


@require_GET
@patient_page("patients.tell_own")
def consents(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Each text, and whether it is signed."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    found = own_consents(request.user, patient, today=timezone.localdate())
    shown = [(one, one.text.in_language(_language())) for one in found]
    return render(request, "patients/patient/consents.html", {"patient": patient, "shown": shown})


@require_http_methods(["GET", "POST"])
@patient_page("patients.tell_own")
def consent(request: SignedInRequest, patient_id: UUID, consent_key: str) -> HttpResponse:
    """One text: read, signed, or taken back."""
    kind = consent_key
    if kind not in TEXTS:
        raise Http404
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if request.method == "GET":
        return _shown(request, patient, kind, SignForm())
    if request.POST.get("do") == "take-back":
        take_back_own_consent(
            patient=patient, text=TEXTS[kind], today=timezone.localdate(), by=request.user, now=now
        )
        messages.success(request, _("Done. You do not agree to this any more."))
        return redirect("patient:consents", patient.pk)
    form = SignForm(request.POST)
    if form.is_valid() and _signed(request, patient, kind, form, now):
        messages.success(request, _("Thank you. It is signed."))
        return redirect("patient:consents", patient.pk)
    return _shown(request, patient, kind, form, status=422)


def _signed(
    request: SignedInRequest, patient: Patient, kind: str, form: SignForm, now: datetime
) -> bool:
    text, name = TEXTS[kind], form.cleaned_data["name"]
    try:
        if request.POST.get("version", "") != text.version:
            raise TextChanged
        sign_own_consent(
            patient=patient,
            text=text,
            name=name,
            today=timezone.localdate(),
            by=request.user,
            now=now,
        )
    except DomainError as refusal:
        form.add_error(None, refusal.sentence)
        return False
    return True


def _shown(
    request: SignedInRequest, patient: Patient, kind: str, form: SignForm, *, status: int = 200
) -> HttpResponse:
    found = own_consents(request.user, patient, today=timezone.localdate())
    one: OwnConsent = next(one for one in found if one.text.kind == kind)
    context = {
        "patient": patient,
        "one": one,
        "wording": one.text.in_language(_language()),
        "form": form,
        "may_sign": patient.seen_as is not None
        and one.text.may_be_signed_as(patient.seen_as.relationship),
    }
    return render(request, "patients/patient/consent.html", context, status=status)


def _language() -> str:
    return (get_language() or "en")[:2]
