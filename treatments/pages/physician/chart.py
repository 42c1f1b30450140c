"""The clinician: a person's chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.pages.physician.doors import opens_chart
from treatments.queries.chart import chart as read_chart
from treatments.queries.effects import effects_for
from treatments.queries.follow_ups import open_follow_ups


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def chart(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Allergies, medications and conditions first; then what was done and measured."""
    now = timezone.now()
    found = read_chart(request.user, patient_id, now=now)
    context = {
        "chart": found,
        "today": timezone.localdate(),
        "now": now,
        "effects": effects_for(request.user, found.patient, now=now),
        "follow_ups": open_follow_ups(request.user, found.patient),
    }
    return render(request, "treatments/physician/chart.html", context)
