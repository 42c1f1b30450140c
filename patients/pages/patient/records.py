"""Where the portal begins: whose record it is about stands in the address from here on."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record, own_records


@require_GET
@patient_page("patients.view_own")
def records(request: SignedInRequest) -> HttpResponse:
    """Whose record? Somebody who sees only one goes straight on."""
    people = own_records(request.user, now=timezone.now())
    if len(people) == 1:
        return redirect("patient:home", people[0].pk)
    return render(request, "patients/patient/records.html", {"people": people})


@require_GET
@patient_page("patients.view_own")
def more(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What did not fit into the bar at the thumb."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    return render(request, "patients/patient/more.html", {"patient": patient})


@require_GET
@patient_page("patients.view_own")
def welcome(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Right after joining: an easier way to sign in next time, for who wants it."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    return render(request, "patients/patient/welcome.html", {"patient": patient})
