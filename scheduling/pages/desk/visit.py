"""One visit: what can be done with it, another time, another room."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict, NotFound
from clinic.shared.forms import checked
from scheduling.actions.assign import assign_resource
from scheduling.actions.describe import describe_visit
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.domain.short_ids import full_id, short_instant
from scheduling.forms.booking import AssignForm, MoveForm, MoveSearchForm, PartOfDay, RegionForm
from scheduling.models import Appointment, VisitType
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.book import narrowed, refused_by_rules, times_context
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.offers import TimeWish, region_context
from scheduling.pages.whereabouts import clock_of
from scheduling.queries import board as boards
from scheduling.queries import catalogue
from scheduling.queries.own_visits import said_before
from scheduling.queries.rooms import exchangeable
from scheduling.queries.visit_flags import flags_of
from treatments.queries.authorizations import bookable_courses
from treatments.queries.hold_plans import are_instructions_approved
from treatments.queries.intakes import told_for_visit


def _cell(appointment: Appointment) -> str:
    """The first thing that the visit takes up, and from when: how a board names its cell."""
    first = next(iter(appointment.taken), None)
    return f"{first.resource_id}/{short_instant(first.during.lower)}" if first else ""


def _counted_in(request: SignedInRequest, appointment: Appointment, now: datetime) -> str:
    """The course of treatment that the visit counts for, to whoever may know of it."""
    if not appointment.course_id or not request.user.has_perm("treatments.manage_authorizations"):
        return ""
    today = now.astimezone(appointment.site.zone).date()
    courses = bookable_courses(request.user, appointment.patient, today=today)
    return next((c.words for c in courses if c.course.pk == appointment.course_id), "")


def _open_kinds(request: SignedInRequest, appointment: Appointment) -> list[VisitType]:
    """The kind of the visit, if it leaves open where it is for and the viewer may say so."""
    may = appointment.region_is_open and request.user.has_perm("scheduling.book")
    return [appointment.visit_type] if may else []


@require_POST
@desk_page("scheduling.book")
def say_region(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Say where a visit is for; the rules are asked again and refuse nothing."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    said = checked(RegionForm(request.POST)).cleaned_data["region"]
    changed = describe_visit(appointment=appointment, region=said, by=request.user, now=now)
    words = changed.get_region_display() if said else "no region that was said"
    messages.success(request, f"The visit of {changed.patient} is for: {words}.")
    return to_board(changed)


@require_GET
@desk_page("scheduling.view_board")
def show(request: SignedInRequest, appointment_id: str) -> HttpResponse:
    """One visit of the board: who it is, where it stands, and everything that can be done."""
    now = timezone.now()
    try:
        visit_id = full_id(appointment_id)
    except ValueError:
        raise NotFound from None
    appointment = boards.access_appointment(request.user, visit_id, now=now)
    return show_visit(request, appointment, now)


def show_visit(
    request: SignedInRequest,
    appointment: Appointment,
    now: datetime,
    refusal: Conflict | None = None,
) -> HttpResponse:
    """The page of a visit, and why a step of it was refused."""
    row = boards.row_of(request.user, appointment, now=now)
    context = region_context(appointment.region, *_open_kinds(request, appointment)) | {
        "row": row,
        "site": appointment.site,
        "is_parked": appointment.pk in pinboard.parked(request),
        "seen_at": _cell(row.appointment),
        "flags": flags_of(request.user, appointment),
        "said": said_before(request.user, appointment),
        "counted_in": _counted_in(request, appointment, now),
        "intake_at": told_for_visit(request.user, appointment.pk),
        "instructions_approved": are_instructions_approved(request.user, appointment.pk),
        "refusal": refusal,
    }
    template = "scheduling/desk/visit.html" + ("#panel" if request.htmx else "")
    return render(request, template, context, status=refusal.status if refusal else 200)


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
        wish = {"site": site.pk, "day": start_at.astimezone(site.zone).date()}
        wish |= narrowed(chosen["wished"])
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
        region=appointment.region,
        in_spite=bool(wish.get("in_spite")),
    )
    context = times_context(viewer, asked, now)
    context |= {"appointment": appointment, "conflict": conflict}
    context |= refused_by_rules(request, {"slot": ""}, conflict)
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/move.html", context, status=status)


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
