"""Booking a visit, and moving it."""

from datetime import datetime
from typing import Any
from uuid import UUID

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
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.forms.booking import BookingForm, MoveForm, MoveSearchForm, SlotSearchForm
from scheduling.models import Appointment, Site, VisitType
from scheduling.pages.desk.shown import to_board
from scheduling.pages.offers import offered_days
from scheduling.pages.sites import chosen_site
from scheduling.queries import board as boards
from scheduling.queries import catalogue


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def book(request: SignedInRequest) -> HttpResponse:
    """Find the person, see the earliest times that have everything, book."""
    if request.method == "POST":
        return _book(request)
    return _offer(request, checked(SlotSearchForm(request.GET)).cleaned_data)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def move(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Give a visit another time: the same kind of visit, the same person."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    if request.method == "GET":
        wish = checked(MoveSearchForm(request.GET)).cleaned_data
        return _offer_move(request, appointment, wish, now)
    chosen = checked(MoveForm(request.POST)).cleaned_data
    site = catalogue.access_site(request.user, chosen["site"])
    start_at, named = chosen["slot"]
    clinician = catalogue.access_clinician(request.user, site, named) if named else None
    to = NewPlace(site=site, start_at=start_at, clinician=clinician)
    try:
        moved = move_appointment(appointment=appointment, to=to, by=request.user, now=now)
    except Conflict as conflict:
        wish = {"site": site.pk, "clinician": None, "day": start_at.astimezone(site.zone).date()}
        return _offer_move(request, appointment, wish, now, conflict)
    messages.success(request, f"{moved.patient} now comes {_clock(moved)}.")
    return to_board(moved)


def _offer_move(
    request: SignedInRequest,
    appointment: Appointment,
    wish: dict[str, Any],
    now: datetime,
    conflict: Conflict | None = None,
) -> HttpResponse:
    site = catalogue.access_site(request.user, wish["site"] or appointment.site_id)
    day = wish["day"] or appointment.start_at.astimezone(site.zone).date()
    context = _times(
        request,
        site=site,
        patient=appointment.patient,
        visit_type=appointment.visit_type,
        wish=wish | {"day": day},
        moving=appointment.pk,
        now=now,
    )
    context |= {"appointment": appointment, "conflict": conflict}
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/move.html", context, status=status)


def _book(request: SignedInRequest) -> HttpResponse:
    wish = checked(BookingForm(request.POST)).cleaned_data
    site = catalogue.access_site(request.user, wish["site"])
    start_at, named = wish["slot"]
    asked = BookingRequest(
        patient=access_patient(request.user, wish["patient"], now=timezone.now()),
        visit_type=catalogue.access_visit_type(request.user, wish["visit_type"]),
        site=site,
        start_at=start_at,
        clinician=catalogue.access_clinician(request.user, site, named) if named else None,
        reason=wish["reason"],
    )
    try:
        booked = book_appointment(request=asked, by=request.user, now=timezone.now())
    except Conflict as conflict:
        again = wish | {"q": "", "clinician": None, "day": start_at.astimezone(site.zone).date()}
        return _offer(request, again, conflict=conflict)
    messages.success(request, f"{booked.patient} is booked for {_clock(booked)}.")
    return to_board(booked)


def _clock(appointment: Appointment) -> str:
    local = appointment.start_at.astimezone(appointment.site.zone)
    return f"{local:%a %b %-d, %-I:%M %p}"


def _offer(
    request: SignedInRequest, wish: dict[str, Any], conflict: Conflict | None = None
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "q": wish["q"],
        "reason": wish.get("reason", ""),
        "conflict": conflict,
        "people": [],
        "patient": None,
    }
    if wish["patient"]:
        context |= _times(
            request,
            site=chosen_site(request, wish["site"]),
            patient=access_patient(request.user, wish["patient"], now=now),
            visit_type=catalogue.access_visit_type(request.user, wish["visit_type"] or None),
            wish=wish,
            now=now,
        )
        context["visit_types"] = catalogue.visit_types(request.user)
    elif wish["q"]:
        context["people"] = search(request.user, wish["q"], today=now.date())
    template = "scheduling/desk/book.html"
    if request.htmx and not request.htmx.boosted:
        template += "#times" if wish["patient"] else "#people"
    return render(request, template, context, status=conflict.status if conflict else 200)


def _times(
    request: SignedInRequest,
    *,
    site: Site,
    patient: Patient,
    visit_type: VisitType,
    wish: dict[str, Any],
    moving: UUID | None = None,
    now: datetime,
) -> dict[str, Any]:
    """What both pages that offer times show: the times, and the fields that narrow them."""
    viewer = request.user
    clinician = wish["clinician"] and catalogue.access_clinician(viewer, site, wish["clinician"])
    return {
        "patient": patient,
        "site": site,
        "sites": catalogue.sites(viewer),
        "visit_type": visit_type,
        "clinician": clinician or None,
        "clinicians": catalogue.clinicians(viewer, site),
        "day": wish["day"],
        "days": offered_days(
            viewer,
            visit_type=visit_type,
            site=site,
            clinician=clinician or None,
            patient=patient,
            day=wish["day"],
            moving=moving,
            now=now,
        ),
    }
