"""The portal: another e-mail address or number, which counts once a code sent to it came back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.messaging.models import Channel
from clinic.shared.errors import DomainError, NotFound
from patients.actions.proofs import prove_contact, send_contact_code
from patients.forms.joining import CodeForm
from patients.forms.own import NewEmailForm, NewPhoneForm
from patients.models import Patient
from patients.queries import own_record
from patients.queries.reach import access_own_proof

FORMS: dict[str, type[NewEmailForm | NewPhoneForm]] = {
    Channel.EMAIL: NewEmailForm,
    Channel.SMS: NewPhoneForm,
}


@require_http_methods(["GET", "POST"])
@patient_page("patients.manage_own")
def contact(request: SignedInRequest, patient_id: UUID, channel: str) -> HttpResponse:
    """Which address it is; a code goes to it."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if channel not in FORMS:
        raise NotFound
    form = FORMS[channel](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            send_contact_code(
                patient=patient,
                channel=Channel(channel),
                address=form.address(),
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error(None, _(error.sentence))
        else:
            return redirect("patient:contact-code", patient.pk)
    return _render(request, "contact", patient, form, {"channel": channel})


@require_http_methods(["GET", "POST"])
@patient_page("patients.manage_own")
def code(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The code that came; with the right one the new address counts."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    proof = access_own_proof(request.user, patient)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        if prove_contact(patient=patient, proof=proof, code=typed, by=request.user, now=now):
            messages.success(
                request,
                _("Saved. We write to %(address)s from now on.") % {"address": proof.address},
            )
            return redirect("patient:settings", patient.pk)
        form.add_error(
            None, _("This code is not right, or it is too old. Look again, or get a new one.")
        )
    return _render(request, "contact_code", patient, form, {"proof": proof})


def _render(
    request: SignedInRequest, name: str, patient: Patient, form: Any, more: dict[str, Any]
) -> HttpResponse:
    context = {"patient": patient, "form": form} | more
    status = 422 if form.errors else 200
    return render(request, f"patients/patient/{name}.html", context, status=status)
