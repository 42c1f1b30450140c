"""One visit: another time, another room, or not at all."""

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
from scheduling.actions.assign import assign_resource
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.forms.booking import AssignForm, CancelForm, MoveForm, MoveSearchForm, PartOfDay
from scheduling.models import Appointment
from scheduling.pages.desk.book import refused_by_rules, times_context
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.offers import TimeWish
from scheduling.pages.whereabouts import clock_of
from scheduling.queries import board as boards
from scheduling.queries import catalogue
from scheduling.queries.rooms import exchangeable


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def move(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Give a visit another time: the same kind of visit, the same person."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    if request.method == "GET":
        wish = checked(MoveSearchForm(request.GET)).cleaned_data
        return offer_move(request, appointment, wish, now)
    chosen = checked(MoveForm(request.POST)).cleaned_data
    site = catalogue.access_site(request.user, chosen["site"])
    start_at, named = chosen["slot"]
    clinician = catalogue.access_clinician(request.user, site, named) if named else None
    to = NewPlace(site=site, start_at=start_at, clinician=clinician)
    try:
        moved = move_appointment(
            appointment=appointment,
            to=to,
            override_reason=chosen["override_reason"],
            seen=chosen["seen"],
            by=request.user,
            now=now,
        )
    except Conflict as conflict:
        wish = {"site": site.pk, "clinician": None, "day": start_at.astimezone(site.zone).date()}
        return offer_move(request, appointment, wish, now, conflict)
    messages.success(request, f"{moved.patient} now comes {clock_of(moved)}.")
    say_who_left(request, moved.patient, now=now)
    return to_board(moved)


def offer_move(
    request: SignedInRequest,
    appointment: Appointment,
    wish: dict[str, Any],
    now: datetime,
    conflict: Conflict | None = None,
) -> HttpResponse:
    """The times to which the visit could go, and why it could not go where it was sent."""
    viewer = request.user
    site = catalogue.access_site(viewer, wish["site"] or appointment.site_id)
    named = wish["clinician"]
    asked = TimeWish(
        visit_type=appointment.visit_type,
        site=site,
        patient=appointment.patient,
        clinician=catalogue.access_clinician(viewer, site, named) if named else None,
        day=wish["day"] or appointment.start_at.astimezone(site.zone).date(),
        part=PartOfDay(wish.get("part") or ""),
        weekdays=wish.get("weekday") or (),
        moving=appointment.pk,
        course=appointment.course,
        in_spite=bool(wish.get("in_spite")),
    )
    context = times_context(viewer, asked, now)
    context |= {"appointment": appointment, "conflict": conflict}
    context |= refused_by_rules(request, {"slot": ""}, conflict)
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/move.html", context, status=status)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.cancel")
def cancel(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Cancel a visit and say why."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        gone = take_step(
            appointment=appointment, step=Step.CANCEL, by=request.user, now=now, **form.cleaned_data
        )
        messages.success(request, f"The visit of {gone.patient} on {clock_of(gone)} is cancelled.")
        return to_board(gone)
    context = {"appointment": appointment, "form": form}
    status = 422 if form.errors else 200
    return render(request, "scheduling/desk/cancel.html", context, status=status)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.receive")
def room(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Give a visit another of several equal rooms or machines."""
    viewer, now = request.user, timezone.now()
    appointment = boards.access_appointment(viewer, appointment_id, now=now)
    conflict = None
    if request.method == "POST":
        wish = checked(AssignForm(request.POST)).cleaned_data
        old, new = (
            catalogue.access_resource(viewer, appointment.site, wish[name])
            for name in ("old", "new")
        )
        try:
            assign_resource(appointment=appointment, old=old, new=new, by=viewer, now=now)
        except Conflict as refused:
            conflict = refused
        else:
            messages.success(request, f"{appointment.patient} goes to {new} instead of {old}.")
            return to_board(appointment)
    context = {
        "appointment": appointment,
        "choices": exchangeable(viewer, appointment, now=now),
        "conflict": conflict,
    }
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/room.html", context, status=status)
