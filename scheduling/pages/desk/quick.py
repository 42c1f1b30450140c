"""Booking into an empty cell of the board: who, what, Enter."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
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
from scheduling.forms.board import GapForm, QuickBookForm
from scheduling.models import Resource, ResourceKind
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.pinboard import Undo
from scheduling.pages.desk.shown import to_board, to_day
from scheduling.queries import board_views, catalogue
from scheduling.queries.board import newest_event
from scheduling.queries.gap_fits import fits, picked_gap


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
    if patient:
        found = fits(request.user, gap, patient=patient, now=now)
        context["fitting"] = [fit for fit in found if fit.start_at]
        context["others"] = [fit for fit in found if not fit.start_at]
    elif q:
        context["people"] = search(request.user, q, today=now.date())
    part = ""
    if request.htmx:
        part = "#people" if request.htmx.trigger_name == "q" else "#window"
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/quick.html" + part, context, status=status)


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
        reason=said["reason"],
    )
    try:
        return _keep(request, asked, now) if said["keep"] else _take(request, asked, now)
    except Conflict as conflict:
        again = picked_at, patient, "", now, conflict, said["reason"]
        return _offer(request, column, *again)


def _take(request: SignedInRequest, asked: BookingRequest, now: datetime) -> HttpResponse:
    booked = book_appointment(request=asked, by=request.user, now=now)
    time = clock_words(booked.start_at, asked.site.zone)
    words = f"{booked.patient} is booked for {time}."
    event = newest_event(request.user, booked, at=now)
    pinboard.remember(request, Undo("book", str(booked.pk), words, now.timestamp(), event))
    say_who_left(request, booked.patient, now=now)
    return to_board(booked)


def _keep(request: SignedInRequest, asked: BookingRequest, now: datetime) -> HttpResponse:
    hold = place_hold(request=asked, by=request.user, now=now)
    until = clock_words(hold.expires_at, asked.site.zone)
    messages.success(request, f"Held for {hold.patient} until {until}.")
    return to_day(asked.site, hold.start_at)
