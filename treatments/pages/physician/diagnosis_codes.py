"""Diagnosis codes that fit what was typed: a part of a page, as radio buttons."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.forms.diagnosis_codes import DiagnosisSearchForm
from treatments.queries.diagnosis_codes import search


@require_GET
@physician_page("patients.view_chart")
def diagnosis_codes(request: SignedInRequest) -> HttpResponse:
    """At most twenty, best first."""
    asked = checked(DiagnosisSearchForm(request.GET)).cleaned_data
    context = {
        "codes": search(request.user, asked["q"]),
        "text": asked["q"],
        "name": asked["field"] or "code",
    }
    return render(request, "treatments/physician/_diagnosis_codes.html", context)
