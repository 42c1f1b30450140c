"""Times that are kept for somebody."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from scheduling.actions.hold import book_hold, release_hold
from scheduling.forms.booking import HoldBookForm
from scheduling.models import Hold, HoldStatus
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.held import forget_said, said_of
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.whereabouts import clock_of
from scheduling.queries.holds import access_hold, is_offered
from treatments.actions.limits import NotAllowedByRules
from treatments.domain.rules_states import MAY_OVERRIDE


@require_GET
@desk_page("scheduling.view_board")
def hold(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Until when a time is kept; book it or let it go."""
    return _show(request, access_hold(request.user, hold_id), said_of(request, hold_id))


@require_POST
@desk_page("scheduling.book")
def book(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Book what was kept; where a rule stops it, whoever may says why it goes on."""
    found = access_hold(request.user, hold_id)
    said, now = checked(HoldBookForm(request.POST)).cleaned_data, timezone.now()
    try:
        booked = book_hold(hold=found, **said, by=request.user, now=now)
    except NotAllowedByRules as refusal:
        return _show(request, found, said, refusal)
    forget_said(request, hold_id)
    words = f"{booked.patient} is booked for {clock_of(booked)}."
    pinboard.remember_booking(request, booked, words, now)
    say_who_left(request, booked.patient, now=now)
    return to_board(booked)


@require_POST
@desk_page("scheduling.book")
def let_go(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Give the time back."""
    release_hold(hold=access_hold(request.user, hold_id), by=request.user, now=timezone.now())
    forget_said(request, hold_id)
    messages.success(request, "The time is free again.")
    return redirect("desk:board")


def _show(
    request: SignedInRequest,
    found: Hold,
    said: dict[str, Any],
    refusal: NotAllowedByRules | None = None,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "hold": found,
        "holds": found.status_at(now) == HoldStatus.HELD,
        "is_offered": is_offered(request.user, found, now=now),
        "is_dialog": bool(request.htmx),
        "left": max(0, int((found.expires_at - now).total_seconds())),
        "limit": refusal,
        "may_override": request.user.has_perm(MAY_OVERRIDE),
        **said,
    }
    status = refusal.status if refusal else 200
    template = "scheduling/desk/hold.html" + ("#panel" if request.htmx else "")
    return render(request, template, context, status=status)
