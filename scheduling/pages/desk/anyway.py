"""A time that is not free: everything in its way at once, and booking it all the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.accounts.models import User
from clinic.shared.errors import Conflict, DomainError, Invalid
from clinic.shared.forms import checked
from patients.queries import access_patient
from scheduling.actions.book import book_appointment
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.reserve import BookingRequest
from scheduling.domain.local_time import instants_shown
from scheduling.forms.booking import WHICH, AnywayForm, OverbookingForm
from scheduling.models import Appointment, Site
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.offers import region_context
from scheduling.pages.whereabouts import clock_of
from scheduling.queries import catalogue
from scheduling.queries.conflicts import Wish, conflicts


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.overbook")
def anyway(request: SignedInRequest) -> HttpResponse:
    """What is in the way at this time, who and when; with a reason it is booked all the same."""
    viewer, now = request.user, timezone.now()
    is_sent = request.method == "POST"
    wish = checked(AnywayForm(request.POST if is_sent else request.GET)).cleaned_data
    site = catalogue.access_site(viewer, wish["site"])
    instants = instants_shown(wish["day"], wish["clock"], site.zone)
    if len(instants) > 1 and not wish["which"]:
        return _ask_which(request, wish, site, instants)
    asked = _request(viewer, wish, site, instants)
    found = _in_the_way(viewer, asked, now)
    form = OverbookingForm(request.POST) if is_sent else OverbookingForm(initial=wish)
    form.fields["overbooking_reason"].required = bool(found.obstacles)
    refused: DomainError | None = None
    if is_sent and form.is_valid():
        try:
            booked = _book(asked, found, form.cleaned_data["overbooking_reason"], viewer, now)
        except (Conflict, Invalid) as refusal:
            refused = refusal
        else:
            messages.success(request, f"{booked.patient} is booked for {clock_of(booked)}.")
            say_who_left(request, booked.patient, now=now)
            return to_board(booked)
    context = {
        "asked": asked,
        "found": found,
        "form": form,
        "refused": refused,
        "which": wish["which"] if len(instants) > 1 else "",
    } | region_context(asked.region, asked.visit_type)
    status = refused.status if refused else 422 if form.errors else 200
    return render(request, "scheduling/desk/anyway.html", context, status=status)


def _ask_which(
    request: SignedInRequest, wish: dict[str, Any], site: Site, instants: Sequence[datetime]
) -> HttpResponse:
    """The clock shows that hour twice: nobody guesses which of the two is meant."""
    context = {"wish": wish, "site": site, "instants": zip(WHICH, instants, strict=True)}
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/desk/anyway_which.html", context, status=status)


def _book(
    asked: BookingRequest, found: Wish, reason: str, viewer: User, now: datetime
) -> Appointment:
    if found.obstacles:
        return overbook_appointment(request=asked, reason=reason, by=viewer, now=now)
    return book_appointment(request=asked, by=viewer, now=now)


def _in_the_way(viewer: User, asked: BookingRequest, now: datetime) -> Wish:
    return conflicts(
        viewer,
        visit_type=asked.visit_type,
        site=asked.site,
        start_at=asked.start_at,
        end_at=asked.end_at,
        clinician=asked.clinician,
        now=now,
    )


def _request(
    viewer: User, wish: dict[str, Any], site: Site, instants: Sequence[datetime]
) -> BookingRequest:
    now = timezone.now()
    if not instants:
        raise Invalid("The clock skips that time on that day. Choose another.")
    named = wish["clinician"]
    return BookingRequest(
        patient=access_patient(viewer, wish["patient"], now=now),
        visit_type=catalogue.access_visit_type(viewer, wish["visit_type"]),
        site=site,
        start_at=instants[-1] if wish["which"] == "second" else instants[0],
        clinician=catalogue.access_clinician(viewer, site, named) if named else None,
        reason=wish["reason"],
        region=wish["region"],
    )
