"""The clinician: a person's chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.pages.physician.doors import opens_chart
from treatments.queries.chart import chart as read_chart


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def chart(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Allergies, medications and conditions first; then what was done and measured."""
    found = read_chart(request.user, patient_id, now=timezone.now())
    context = {"chart": found, "today": timezone.localdate()}
    return render(request, "treatments/physician/chart.html", context)
