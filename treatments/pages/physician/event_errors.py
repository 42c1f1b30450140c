"""The clinician: harm that was entered in error."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions.event_errors import withdraw_adverse_event
from treatments.forms.outside import ReasonForm
from treatments.pages.physician.doors import opens_chart
from treatments.queries import adverse_events as read


@require_POST
@physician_page("treatments.record_adverse_events")
@opens_chart
def withdraw(request: SignedInRequest, event_id: UUID) -> HttpResponse:
    """Say that an event was entered in error."""
    now = timezone.now()
    found = read.access_event(request.user, event_id, now=now)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    withdraw_adverse_event(event=found, reason=reason, by=request.user, now=now)
    messages.success(request, "The event is marked as entered in error. It counts no more.")
    return redirect("physician:events", found.patient_id)
