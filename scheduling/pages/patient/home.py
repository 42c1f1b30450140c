"""The portal's first page: what comes next, and what is to do now."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record
from scheduling.pages.patient.cards import cards_for


@require_GET
@patient_page("scheduling.view_own_visits")
def home(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The next visit or the way to book one, what is to do now, and the ways to everything else."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    cards = cards_for(request.user, patient, now=now)
    context = {"patient": patient, "cards": cards}
    return render(request, "scheduling/patient/home.html", context)
