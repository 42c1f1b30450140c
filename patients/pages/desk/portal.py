"""The front desk lets people into the portal: invitations, and those who ask for one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import DomainError
from clinic.shared.qr import qr_image
from patients.actions import portal_requests as deciding
from patients.actions.invitations import Invited, invite_to_portal, revoke_invitation
from patients.actions.portal import renew_portal_access, revoke_portal_access
from patients.actions.register import LikelyDuplicate
from patients.forms.portal import DeclineForm, InviteForm, invite_initial
from patients.models import Patient, PortalRequest
from patients.queries import access_patient, agreements
from patients.queries import portal_requests as asking
from patients.queries.invitations import access_invitation, invitations_of


@require_http_methods(["GET", "POST"])
@desk_page("patients.manage_consents")
def portal(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who sees the record in the portal, who is invited; and a form for one more."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = InviteForm(request.POST if request.method == "POST" else None, patient=patient)
    if request.method == "POST" and form.is_valid():
        try:
            invited = invite_to_portal(
                patient=patient, guest=form.guest(), by=request.user, now=now
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return _invited(request, patient, invited)
    return _portal(request, patient, form, now)


def _invited(request: SignedInRequest, patient: Patient, invited: Invited) -> HttpResponse:
    """Paper is printed from this very page: its link is shown this once."""
    if not invited.invitation.address:
        context = {"patient": patient, "invited": invited, "code": qr_image(invited.link)}
        return render(request, "patients/desk/invitation_paper.html", context)
    messages.success(request, f"The invitation goes to {invited.invitation.address}.")
    return redirect("desk:portal", patient.pk)


def _portal(
    request: SignedInRequest, patient: Patient, form: InviteForm, now: datetime
) -> HttpResponse:
    rows = invitations_of(request.user, patient)
    context = {
        "patient": patient,
        "today": timezone.localdate(),
        "accesses": agreements.portal_accesses(request.user, patient),
        "invitations": [(row, row.is_working(now)) for row in rows],
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "patients/desk/portal.html", context, status=status)


@require_POST
@desk_page("patients.manage_consents")
def uninvite(request: SignedInRequest, patient_id: UUID, invitation_id: int) -> HttpResponse:
    """Make the link of an invitation useless."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    invitation = access_invitation(request.user, patient, invitation_id)
    revoke_invitation(invitation=invitation, by=request.user, now=now)
    messages.success(request, f"The link for {invitation.name} does not work any more.")
    return redirect("desk:portal", patient.pk)


@require_POST
@desk_page("patients.manage_consents")
def renew(request: SignedInRequest, patient_id: UUID, access_id: int) -> HttpResponse:
    """A grown-up child agrees that their parent still sees the record."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    access = agreements.access_portal_access(request.user, patient, access_id)
    renew_portal_access(access=access, by=request.user, now=now)
    messages.success(request, f"{access.user} still sees this record.")
    return redirect("desk:portal", patient.pk)


@require_POST
@desk_page("patients.manage_consents")
def revoke(request: SignedInRequest, patient_id: UUID, access_id: int) -> HttpResponse:
    """Close the record to somebody."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    access = agreements.access_portal_access(request.user, patient, access_id)
    revoke_portal_access(access=access, by=request.user, now=now)
    messages.success(request, f"{access.user} does not see this record any more.")
    return redirect("desk:portal", patient.pk)


@require_GET
@desk_page("patients.register")
def requests(request: SignedInRequest) -> HttpResponse:
    """Who asks for the portal by themself, longest first."""
    waiting = asking.waiting_requests(request.user)
    return render(request, "patients/desk/portal_requests.html", {"requests": waiting})


@require_http_methods(["GET", "POST"])
@desk_page("patients.register")
def portal_request(request: SignedInRequest, request_id: int) -> HttpResponse:
    """One who asks: who it may be; register them, or decline."""
    asked = asking.access_request(request.user, request_id)
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    if request.method == "GET" or (form.is_bound and not form.is_valid()):
        return _asked(request, asked, form)
    now = timezone.now()
    if form.is_bound:
        reason = form.cleaned_data["reason"]
        deciding.decline_request(request=asked, reason=reason, by=request.user, now=now)
        messages.success(request, f"{asked.name} is declined. Nobody was written to.")
        return redirect("desk:portal-requests")
    return _register(request, asked, form, now)


def _register(
    request: SignedInRequest, asked: PortalRequest, form: DeclineForm, now: datetime
) -> HttpResponse:
    try:
        patient = deciding.register_request(
            request=asked,
            is_another_person="is_another_person" in request.POST,
            by=request.user,
            now=now,
        )
    except LikelyDuplicate as duplicate:
        return _asked(request, asked, form, {"duplicate": duplicate.sentence}, status=409)
    messages.success(request, f"{patient} is registered and invited.")
    return redirect("desk:person", patient.pk)


def _asked(
    request: SignedInRequest,
    asked: PortalRequest,
    form: DeclineForm,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    people = asking.whom_it_may_be(request.user, asked)
    context = {"asked": asked, "people": people, "form": form, "duplicate": ""} | (more or {})
    status = 422 if form.errors else status
    return render(request, "patients/desk/portal_request.html", context, status=status)


@require_http_methods(["GET", "POST"])
@desk_page("patients.register")
def match(request: SignedInRequest, request_id: int, patient_id: UUID) -> HttpResponse:
    """This is the person who asks: invite them, by what is on file unless the desk knows better."""
    now = timezone.now()
    asked = asking.access_request(request.user, request_id)
    patient = access_patient(request.user, patient_id, now=now)
    first = invite_initial(patient, asked)
    form = InviteForm(
        request.POST if request.method == "POST" else None, patient=patient, initial=first
    )
    if request.method == "POST" and form.is_valid():
        try:
            invited = deciding.match_request(
                request=asked, patient=patient, guest=form.guest(), by=request.user, now=now
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return _invited(request, patient, invited)
    context = {"asked": asked, "patient": patient, "form": form}
    status = 422 if form.errors else 200
    return render(request, "patients/desk/portal_match.html", context, status=status)
