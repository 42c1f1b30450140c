"""The portal: the person about their own record."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_records
from patients.queries.oversight import viewers_of_own_record


@require_GET
@patient_page("patients.view_own")
def viewers(request: SignedInRequest) -> HttpResponse:
    """Who looked at the record, when, and why."""
    now = timezone.now()
    people = [
        (patient, viewers_of_own_record(request.user, patient, now=now))
        for patient in own_records(request.user, now=now)
    ]
    return render(request, "patients/patient/viewers.html", {"people": people})
