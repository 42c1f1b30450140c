"""The front desk: finding people and registering them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from patients.actions.register import LikelyDuplicate, register_patient
from patients.forms import PersonSearchForm, RegistrationForm
from patients.queries import access_patient, search


@require_GET
@desk_page("patients.search")
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person by any part of a name, phone, birth date or record number."""
    text = PersonSearchForm(request.GET).text()
    found = search(request.user, text, today=timezone.localdate())
    template = "patients/desk/people.html" + ("#found" if request.htmx else "")
    return render(request, template, {"q": text, "people": found})


@require_GET
@desk_page("patients.view_contact")
def person(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who somebody is, how to reach them, who pays. Nothing clinical."""
    patient = access_patient(request.user, patient_id)
    return render(request, "patients/desk/person.html", {"patient": patient})


@require_http_methods(["GET", "POST"])
@desk_page("patients.register")
def register(request: SignedInRequest) -> HttpResponse:
    """Register a person, unless they turn out to be here already."""
    if request.method == "GET":
        return render(request, "patients/desk/register.html", {"form": RegistrationForm()})
    form = RegistrationForm(request.POST)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            patient = register_patient(
                registration=form.registration(),
                is_another_person="is_another_person" in request.POST,
                by=request.user,
                now=timezone.now(),
            )
        except LikelyDuplicate as duplicate:
            context |= {"duplicates": duplicate.people}
            return render(request, "patients/desk/register.html", context, status=409)
        messages.success(request, f"{patient} is registered as {patient.record_number}.")
        return redirect("desk:person", patient.pk)
    return render(request, "patients/desk/register.html", context, status=422)
