"""The portal: a person's own visits."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_records
from scheduling.queries.board import upcoming_visits


@require_GET
@patient_page("scheduling.view_own_visits")
def home(request: SignedInRequest) -> HttpResponse:
    """What comes next, for each person whose record I see."""
    now = timezone.now()
    people = [
        (patient, upcoming_visits(request.user, patient, now=now))
        for patient in own_records(request.user, now=now)
    ]
    return render(request, "scheduling/patient/home.html", {"people": people})
