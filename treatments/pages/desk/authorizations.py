"""The desk: what payers allowed beforehand. Of the record it shows a treatment's name only."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from patients.queries.people import access_patient
from treatments.actions.authorizations import revoke_authorization
from treatments.pages.authorizations import record as record_one
from treatments.queries.authorizations import access_authorization


@require_http_methods(["GET", "POST"])
@desk_page("treatments.manage_authorizations")
def authorizations(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What is allowed and how much of it is left; and a form for one more."""
    patient = access_patient(request.user, patient_id, now=timezone.now())
    is_done, context, status = record_one(request, patient)
    if is_done:
        messages.success(request, "The authorization is recorded.")
        return redirect("desk:authorizations", patient.pk)
    return render(request, "treatments/desk/authorizations.html", context, status=status)


@require_POST
@desk_page("treatments.manage_authorizations")
def revoke(request: SignedInRequest, authorization_id: UUID) -> HttpResponse:
    """It holds no more."""
    now = timezone.now()
    found = access_authorization(
        request.user, authorization_id, today=timezone.localdate(), now=now
    )
    revoke_authorization(authorization=found.row, by=request.user, now=now)
    messages.success(request, "The authorization holds no more.")
    return redirect("desk:authorizations", found.row.patient_id)
