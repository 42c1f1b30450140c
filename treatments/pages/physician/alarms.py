"""The clinician: what somebody answered that cannot wait."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions.alarms import see_alarm, settle_alarm
from treatments.forms.well_being import OutcomeForm
from treatments.pages.physician.doors import opens_chart
from treatments.queries import alarms as read


@require_POST
@physician_page("treatments.acknowledge_finding")
@opens_chart
def see(request: SignedInRequest, alarm_id: UUID) -> HttpResponse:
    """Say that one is on it."""
    now = timezone.now()
    found = read.access_alarm(request.user, alarm_id, now=now)
    see_alarm(alarm=found, by=request.user, now=now)
    messages.success(request, "Written down that you are on it.")
    return redirect("physician:findings")


@require_POST
@physician_page("treatments.override_rule")
@opens_chart
def settle(request: SignedInRequest, alarm_id: UUID) -> HttpResponse:
    """Say what was done; then it is over."""
    now = timezone.now()
    found = read.access_alarm(request.user, alarm_id, now=now)
    said = checked(OutcomeForm(request.POST)).cleaned_data
    settle_alarm(alarm=found, outcome=said["outcome"], by=request.user, now=now)
    messages.success(request, "What was done is on record.")
    return redirect("physician:findings")
