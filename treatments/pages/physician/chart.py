"""The clinician: a person's chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from patients.queries import OutsideCareTeam
from treatments.queries.chart import chart as read_chart


@require_GET
@physician_page("patients.view_chart")
def chart(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Allergies, medications and conditions first; then what was done and measured."""
    try:
        found = read_chart(request.user, patient_id, now=timezone.now())
    except OutsideCareTeam as closed:
        context = {"problem": closed, "patient": closed.patient}
        return render(request, "treatments/physician/closed.html", context, status=closed.status)
    context = {"chart": found, "today": timezone.localdate()}
    return render(request, "treatments/physician/chart.html", context)
