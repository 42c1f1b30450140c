"""Booking into an empty cell of the board: who, what, Enter."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from patients.models import Patient
from patients.queries import access_patient, search
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.hold import place_hold
from scheduling.domain.day_grid import clock_words
from scheduling.domain.waiting_line import Stretch
from scheduling.forms.board import GapForm, QuickBookForm
from scheduling.models import Resource, ResourceKind
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board, to_day
from scheduling.pages.offers import region_context
from scheduling.queries import board_views, catalogue
from scheduling.queries.board import what_it_takes
from scheduling.queries.gap_fits import Gap, fits, picked_gap
from scheduling.queries.waiting_line import COUNTED, how_many_could_come


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def quick(request: SignedInRequest) -> HttpResponse:
    """A small page (a dialog, where scripts run) that books into the gap it was opened from."""
    if request.method == "POST":
        return _book(request)
    said = checked(GapForm(request.GET)).cleaned_data
    now = timezone.now()
    resource, start_at = said["at"]
    column = board_views.access_column(request.user, resource)
    patient = said["patient"] and access_patient(request.user, said["patient"], now=now)
    return _offer(request, column, start_at, patient, said["q"], now)


def _offer(
    request: SignedInRequest,
    column: Resource,
    start_at: datetime,
    patient: Patient | None,
    q: str,
    now: datetime,
    conflict: Conflict | None = None,
    reason: str = "",
    region: str = "",
) -> HttpResponse:
    gap = picked_gap(request.user, column, start_at, now=now)
    context: dict[str, Any] = {
        "gap": gap,
        "site": column.site,
        "day": gap.start_at.astimezone(column.site.zone).date(),
        "time": clock_words(gap.start_at, column.site.zone),
        "at": gap.cell(gap.start_at),
        "starts": [(gap.cell(start), start, start == gap.start_at) for start in gap.starts()],
        "here": f"{request.path}?at={gap.cell(gap.start_at)}",
        "patient": patient or None,
        "q": q,
        "people": [],
        "conflict": conflict,
        "reason": reason,
    }
    context |= _waiting(request, gap, now)
    if patient:
        found = fits(request.user, gap, patient=patient, now=now)
        context["fitting"] = [fit for fit in found if fit.start_at]
        context["others"] = [fit for fit in found if not fit.start_at]
        context |= region_context(region, *(fit.kind for fit in context["fitting"]))
    elif q:
        context["people"] = search(request.user, q, today=now.date())
    part = ""
    if request.htmx:
        part = "#people" if request.htmx.trigger_name == "q" else "#window"
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/quick.html" + part, context, status=status)


def _waiting(request: SignedInRequest, gap: Gap, now: datetime) -> dict[str, Any]:
    """How many on the waitlist could come into the gap, and where they stand in order."""
    if request.htmx and request.htmx.trigger_name == "q":
        return {"waiting_url": ""}
    column, (begin, end) = gap.column, gap.stretch
    led_by = column.pk if column.kind == ResourceKind.CLINICIAN else None
    stretch = Stretch(max(begin, now), end, led_by, is_closed=True)
    number = how_many_could_come(request.user, column.site, stretch, now=now)
    if not number:
        return {"waiting_url": ""}
    said = {
        "site": column.site_id,
        "clinician": led_by or "",
        "start": f"{begin.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    url = f"{reverse('desk:waitlist-for')}?{urlencode(said)}"
    return {"waiting_url": url, "waiting": number, "most_waiting": COUNTED}


def _book(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    said = checked(QuickBookForm(request.POST)).cleaned_data
    resource, picked_at = said["at"]
    column = board_views.access_column(request.user, resource)
    patient = access_patient(request.user, said["patient"], now=now)
    code, start_at = said["choice"]
    asked = BookingRequest(
        patient=patient,
        visit_type=catalogue.access_visit_type(request.user, code),
        site=column.site,
        start_at=start_at,
        clinician=column if column.kind == ResourceKind.CLINICIAN else None,
        using=None if column.kind == ResourceKind.CLINICIAN else column,
        reason=said["reason"],
        region=said["region"],
    )
    try:
        return _keep(request, asked, now) if said["keep"] else _take(request, asked, now)
    except Conflict as conflict:
        again = picked_at, patient, "", now, conflict, said["reason"], said["region"]
        return _offer(request, column, *again)


def _take(request: SignedInRequest, asked: BookingRequest, now: datetime) -> HttpResponse:
    booked = book_appointment(request=asked, by=request.user, now=now)
    time = clock_words(booked.start_at, asked.site.zone)
    words = f"{booked.patient} is booked for {time}: {what_it_takes(request.user, booked)}."
    pinboard.remember_booking(request, booked, words, now)
    say_who_left(request, booked.patient, now=now)
    return to_board(booked)


def _keep(request: SignedInRequest, asked: BookingRequest, now: datetime) -> HttpResponse:
    hold = place_hold(request=asked, by=request.user, now=now)
    until = clock_words(hold.expires_at, asked.site.zone)
    kept = f" in {asked.using}" if asked.using else ""
    messages.success(request, f"Held for {hold.patient}{kept} until {until}.")
    return to_day(asked.site, hold.start_at)
