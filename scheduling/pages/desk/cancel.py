"""Cancelling a visit: why, then once more Enter."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from scheduling.actions.steps import take_step
from scheduling.domain.states import AppointmentStatus, Step, allowed_steps
from scheduling.forms.booking import CancelVisitForm
from scheduling.models import CancellationReason
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.act import answer
from scheduling.pages.whereabouts import clock_of
from scheduling.queries import board as boards

# What is true most often, so that Enter is enough for it.
USUAL = {"cancellation_reason": CancellationReason.PATIENT.value}


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.cancel")
def cancel(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Cancel a visit and say why: a page, and on the board a dialog."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    form = CancelVisitForm(request.POST or None, initial=USUAL)
    if request.method == "POST" and form.is_valid():
        gone = take_step(
            appointment=appointment, step=Step.CANCEL, by=request.user, now=now, **form.cleaned_data
        )
        words = f"The visit of {gone.patient} on {clock_of(gone)} is cancelled."
        pinboard.remember_step(request, gone, Step.CANCEL, now, words)
        return answer(request, gone, now)
    context: dict[str, Any] = {
        "appointment": appointment,
        "form": form,
        "is_dialog": bool(request.htmx),
        "is_possible": Step.CANCEL in allowed_steps(AppointmentStatus(appointment.status)),
    }
    template = "scheduling/desk/cancel.html" + ("#panel" if request.htmx else "")
    status = 422 if form.errors else 200
    return render(request, template, context, status=status)
