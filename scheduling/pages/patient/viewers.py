"""The portal: who looked at the record."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record
from patients.queries.oversight import viewers_of_own_record
from scheduling.pages.patient.clock import clock_of


@require_GET
@patient_page("patients.view_own")
def viewers(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who looked at the record, when (by the clock of their place), and why."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    events = viewers_of_own_record(request.user, patient, now=now)
    clock = clock_of(patient.pk)
    context = {"patient": patient, "events": events, "clock": clock}
    with timezone.override(clock.zone):
        return render(request, "scheduling/patient/viewers.html", context)
