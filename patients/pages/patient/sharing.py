"""The portal: who may see this record, and letting a carer in or out."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import DomainError
from patients.actions.invitations import invite_carer, revoke_invitation
from patients.actions.portal import end_portal_access
from patients.forms.portal import CarerForm
from patients.models import Patient
from patients.queries import own_record
from patients.queries import sharing as seen_by


@require_http_methods(["GET", "POST"])
@patient_page("patients.view_own")
def people(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who sees this record and until when; the person themself invites a carer here."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    form = CarerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        guest = form.guest(patient.language)
        try:
            invite_carer(patient=patient, guest=guest, by=request.user, now=now)
        except DomainError as error:
            form.add_error(None, _(error.sentence))
        else:
            messages.success(request, _("We have sent the invitation."))
            return redirect("patient:people", patient.pk)
    return _people(request, patient, form, now)


def _people(
    request: SignedInRequest, patient: Patient, form: CarerForm, now: datetime
) -> HttpResponse:
    context = {
        "patient": patient,
        "people": seen_by.who_sees(request.user, patient, now=now),
        "invited": seen_by.invited_carers(request.user, patient, now=now),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "patients/patient/people.html", context, status=status)


@require_POST
@patient_page("patients.view_own")
def end(request: SignedInRequest, patient_id: UUID, access_id: int) -> HttpResponse:
    """Somebody sees this record no more: a carer whom the person ends, or oneself who leaves."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    access = seen_by.access_own_access(request.user, patient, access_id, now=now)
    end_portal_access(access=access, by=request.user, now=now)
    messages.success(request, _("The access has ended."))
    if access.user_id == request.user.pk:
        return redirect("patient:records")
    return redirect("patient:people", patient.pk)


@require_POST
@patient_page("patients.view_own")
def uninvite(request: SignedInRequest, patient_id: UUID, invitation_id: int) -> HttpResponse:
    """The link that a carer was sent works no more."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    invitation = seen_by.access_carer_invitation(request.user, patient, invitation_id, now=now)
    revoke_invitation(invitation=invitation, by=request.user, now=now)
    messages.success(request, _("The link does not work any more."))
    return redirect("patient:people", patient.pk)
