"""The day's board."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from patients.queries import access_patient
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.forms.board import BoardForm, StepForm
from scheduling.pages.sites import chosen_site
from scheduling.queries import board as boards
from scheduling.queries import catalogue


@require_GET
@desk_page("scheduling.view_board")
def board(request: SignedInRequest) -> HttpResponse:
    """Everybody who comes today, in order of time, each with the one next step."""
    wish = checked(BoardForm(request.GET)).cleaned_data
    now = timezone.now()
    site = chosen_site(request, wish["site"])
    day = wish["day"] or now.astimezone(site.zone).date()
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "day": day,
        "is_today": day == now.astimezone(site.zone).date(),
        "rows": boards.board(request.user, site, day, now=now),
        "now": now,
        "audience_step_url": "desk:step",
    }
    return render(request, "scheduling/desk/board.html", context)


@require_POST
@desk_page("scheduling.view_board")
def step(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Take a step with a visit, and show its row anew."""
    now = timezone.now()
    wanted = checked(StepForm(request.POST)).cleaned_data["step"]
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    take_step(appointment=appointment, step=Step(wanted), by=request.user, now=now)
    if not request.htmx:
        return redirect("desk:board")
    row = boards.row_of(request.user, appointment, now=now)
    context = {"row": row, "site": appointment.site, "audience_step_url": "desk:step"}
    return render(request, "scheduling/desk/board.html#row", context)


@require_GET
@desk_page("patients.view_contact")
def visits(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A fragment of the person's page: their coming visits."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    coming = boards.upcoming_visits(request.user, patient, now=now)
    return render(request, "scheduling/desk/_visits.html", {"visits": coming})
