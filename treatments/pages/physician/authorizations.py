"""The clinician: what payers allowed beforehand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.actions.authorizations import revoke_authorization
from treatments.pages.authorizations import record as record_one
from treatments.pages.physician.doors import opens_chart
from treatments.queries.authorizations import access_authorization
from treatments.queries.record import record_header


@require_http_methods(["GET", "POST"])
@physician_page("treatments.manage_authorizations")
@opens_chart
def authorizations(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What is allowed and how much of it is left; and a form for one more."""
    record = record_header(request.user, patient_id, now=timezone.now())
    is_done, context, status = record_one(request, record.patient)
    if is_done:
        messages.success(request, "The authorization is recorded.")
        return redirect("physician:authorizations", patient_id)
    context |= {"record": record, "tab": "courses"}
    template = "treatments/physician/authorizations.html"
    return render(request, template, context, status=status)


@require_POST
@physician_page("treatments.manage_authorizations")
@opens_chart
def revoke(request: SignedInRequest, authorization_id: UUID) -> HttpResponse:
    """It holds no more."""
    now = timezone.now()
    found = access_authorization(
        request.user, authorization_id, today=timezone.localdate(), now=now
    )
    record_header(request.user, found.row.patient_id, now=now)
    revoke_authorization(authorization=found.row, by=request.user, now=now)
    messages.success(request, "The authorization holds no more.")
    return redirect("physician:authorizations", found.row.patient_id)
