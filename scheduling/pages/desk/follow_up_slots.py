"""The desk: concrete times for a visit that is due after a treatment, booked in one step."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from scheduling.actions.follow_up_visits import book_follow_up
from scheduling.forms.follow_up_slots import FollowUpSlotForm
from scheduling.queries import catalogue
from scheduling.queries.follow_up_slots import follow_up_times
from treatments.models import FollowUp
from treatments.queries.follow_ups import access_plain


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def slots(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Three times on three days, of whoever did it if they are free; one press books."""
    now = timezone.now()
    found = access_plain(request.user, follow_up_id, now=now).row
    if request.method == "GET":
        return _show(request, found, now)
    start_at, named = checked(FollowUpSlotForm(request.POST)).cleaned_data["slot"]
    times = follow_up_times(request.user, found, now=now)
    clinician = catalogue.access_clinician(request.user, times.site, named) if named else None
    try:
        booked = book_follow_up(
            follow_up=found,
            visit_type=times.visit_type,
            site=times.site,
            start_at=start_at,
            clinician=clinician,
            by=request.user,
            now=now,
        )
    except Conflict as conflict:
        return _show(request, found, now, conflict)
    local = booked.start_at.astimezone(times.site.zone)
    messages.success(request, f"{booked.patient} is booked for {local:%B} {local.day}.")
    return redirect("desk:follow-ups")


def _show(
    request: SignedInRequest, found: FollowUp, now: datetime, conflict: Conflict | None = None
) -> HttpResponse:
    context = {
        "row": found,
        "patient": found.patient,
        "times": follow_up_times(request.user, found, now=now),
        "conflict": conflict,
    }
    status = conflict.status if conflict else 200
    template = "scheduling/desk/follow_up_slots.html"
    if request.htmx and not request.htmx.boosted:
        template += "#times"
    return render(request, template, context, status=status)
