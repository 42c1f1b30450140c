"""The clinician: the day's own visits."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from patients.queries import access_patient
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.forms.board import StepForm
from scheduling.queries import board as boards
from scheduling.queries.day import my_day
from treatments.queries.alarms import count_alarms
from treatments.queries.follow_ups import counts


@require_GET
@physician_page("scheduling.view_own_day")
def day(request: SignedInRequest) -> HttpResponse:
    """Whom I see today, who is waiting, and what is free between."""
    now = timezone.now()
    context = {
        "day": my_day(request.user, now=now),
        "now": now,
        "alarms": count_alarms(request.user, now=now),
        "follow_ups": counts(request.user, now=now),
    }
    template = "scheduling/physician/day.html"
    if request.htmx and not request.htmx.boosted:
        template += "#plan"
    return render(request, template, context)


@require_POST
@physician_page("scheduling.view_own_day")
def step(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Take a step with one of my visits."""
    wanted = checked(StepForm(request.POST)).cleaned_data["step"]
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    try:
        take_step(appointment=appointment, step=Step(wanted), by=request.user, now=now)
    except Conflict as refused:
        # A rule stops it, or a colleague was faster: the day says how it stands now.
        messages.error(request, refused.sentence)
    return redirect("physician:day")


@require_GET
@physician_page("patients.view_chart")
def visits(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A fragment of the chart: the person's coming visits."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    coming = boards.upcoming_visits(request.user, patient, now=now)
    return render(request, "scheduling/physician/_visits.html", {"visits": coming})
