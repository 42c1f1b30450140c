"""The portal: a form that came too late, shown once more with all that was typed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.kept_forms import keep_form, take_kept
from patients.queries import own_record


@require_GET
@patient_page("patients.view_own")
def kept(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was typed before the sign-out, with one button that sends it now."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    own = reverse("patient:home", args=[patient_id])
    form = take_kept(request, under=own, now=now)
    if form is None:
        return redirect("patient:home", patient.pk)
    context = {"patient": patient, "kept": form}
    return render(request, "patients/patient/kept.html", context)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`: a token that is too old, or a page of somebody else's.

    If the browser says that a page of ours has sent it, nothing that was typed is lost: it is shown
    once more, and sent by another press. Whatever came from elsewhere is refused.
    """
    match = request.resolver_match
    about = match.kwargs.get("patient_id") if match and match.namespace == "patient" else None
    if about is None or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return csrf_failure(request, reason)
    keep_form(request, now=timezone.now())
    return redirect("patient:kept", about)
