"""The clinician: finding people."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from patients.forms import PersonSearchForm
from patients.queries import search


@require_GET
@physician_page("patients.view_chart")
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person and open the chart."""
    text = PersonSearchForm(request.GET).text()
    found = search(request.user, text, today=timezone.localdate())
    template = "patients/physician/people.html" + ("#found" if request.htmx else "")
    return render(request, template, {"q": text, "people": found})
