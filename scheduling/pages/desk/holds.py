"""Times that are kept for somebody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from scheduling.actions.hold import book_hold, release_hold
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.whereabouts import clock_of
from scheduling.queries.holds import access_hold


@require_GET
@desk_page("scheduling.view_board")
def hold(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Until when a time is kept; book it or let it go."""
    found = access_hold(request.user, hold_id)
    now = timezone.now()
    context = {
        "hold": found,
        "holds": found.status == "held" and found.expires_at > now,
        "left": max(0, int((found.expires_at - now).total_seconds())),
    }
    return render(request, "scheduling/desk/hold.html", context)


@require_POST
@desk_page("scheduling.book")
def book(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Book what was kept."""
    found = access_hold(request.user, hold_id)
    now = timezone.now()
    booked = book_hold(hold=found, by=request.user, now=now)
    messages.success(request, f"{booked.patient} is booked for {clock_of(booked)}.")
    say_who_left(request, booked.patient, now=now)
    return to_board(booked)


@require_POST
@desk_page("scheduling.book")
def let_go(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Give the time back."""
    release_hold(hold=access_hold(request.user, hold_id), by=request.user, now=timezone.now())
    messages.success(request, "The time is free again.")
    return redirect("desk:board")
