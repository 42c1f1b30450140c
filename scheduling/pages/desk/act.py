"""What is done on the board itself: steps, parking, dropping, taking back, and asking for news."""

from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict, DomainError, Invalid
from clinic.shared.forms import checked
from scheduling.actions.assign import assign_resource
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.actions.unchanged import Check, nothing_since, still_there
from scheduling.domain.day_grid import clock_words, next_on_grid
from scheduling.domain.states import HOLDING, STATUS_WORDS, AppointmentStatus, Step
from scheduling.forms.board import ActForm, ChangesForm, DropForm, ParkForm, known_columns
from scheduling.forms.fields import parse_instant
from scheduling.models import Appointment, Resource, ResourceKind
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.board import surroundings, undoable
from scheduling.pages.desk.cards import drawn_cells
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.pinboard import Undo
from scheduling.pages.desk.shown import to_board
from scheduling.pages.desk.visit import offer_move, show_visit
from scheduling.queries import board as boards
from scheduling.queries import board_views, catalogue
from scheduling.queries.board_version import BoardVersion, board_version
from scheduling.queries.day_grid import day_grid
from treatments.actions.limits import StoppedByRules

# Sent by the script of the board: which columns it shows, in which version.
COLUMNS_HEADER = "Dorsa-Columns"


@require_GET
@desk_page("scheduling.view_board")
def changes(request: SignedInRequest) -> HttpResponse:
    """The columns that changed since the page got them; 304 if none did."""
    now = timezone.now()
    version = _version(request, now)
    if request.headers.get("If-None-Match") == version.etag:
        return HttpResponse(status=304, headers={"ETag": version.etag})
    return _changed(request, version, now, with_undo=False)


def _version(request: SignedInRequest, now: datetime) -> BoardVersion:
    said = checked(ChangesForm(request.GET)).cleaned_data
    ids = list(_known(request))
    return board_version(request.user, said["site"], said["day"], ids, now=now)


def _known(request: SignedInRequest) -> dict[int, str]:
    try:
        return known_columns(request.headers.get(COLUMNS_HEADER, ""))
    except ValueError as error:
        raise Invalid(str(error)) from None


def _changed(
    request: SignedInRequest, version: BoardVersion, now: datetime, *, with_undo: bool
) -> HttpResponse:
    form = checked(ChangesForm(request.GET))
    said = form.cleaned_data
    site = catalogue.access_site(request.user, said["site"])
    columns = board_views.columns_of(request.user, site, version.changed(_known(request)))
    shown_hours = (said["first"], said["last"])
    grid = day_grid(
        request.user,
        site,
        said["day"],
        columns,
        wanted=form.wanted(),
        hours=shown_hours,
        now=now,
    )
    around = surroundings(request, site, said["day"], columns, now)
    for column in grid.columns:
        pk = column.resource.pk
        column.tag, column.drawn = version.columns[pk], drawn_cells(column, around)
    context = {
        "grid": grid,
        "with_undo": with_undo,
        **undoable(request, now),
    }
    response = render(request, "scheduling/desk/board_columns.html#changes", context)
    response.headers["ETag"] = version.etag
    if (grid.first, grid.last) != shown_hours:
        # Something stands outside the hours that the page shows: all of it must be drawn anew.
        response.headers["Dorsa-Reload"] = "1"
    return response


def answer(request: SignedInRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """To a script the columns that changed, to a form the board of the visit's day."""
    if COLUMNS_HEADER in request.headers:
        return _changed(request, _version(request, now), now, with_undo=True)
    return to_board(appointment)


@require_POST
@desk_page("scheduling.receive")
def act(request: SignedInRequest) -> HttpResponse:
    """Take the step of the button that was pressed."""
    now = timezone.now()
    form = checked(ActForm(request.POST))
    step, visit = form.chosen()
    appointment = boards.access_appointment(request.user, visit, now=now)
    try:
        taken = take_step(appointment=appointment, step=step, by=request.user, now=now)
    except StoppedByRules as stopped:
        if COLUMNS_HEADER in request.headers:
            raise
        # What the script of the board says in a corner stands on the page of the visit.
        return show_visit(request, appointment, now, stopped)
    pinboard.remember_step(request, taken, step, now)
    return answer(request, appointment, now)


@require_POST
@desk_page("scheduling.book")
def park(request: SignedInRequest) -> HttpResponse:
    """Put a visit on the pinboard, pick it to be dropped, or take it off."""
    now = timezone.now()
    said = checked(ParkForm(request.POST)).cleaned_data
    appointment = boards.access_appointment(request.user, said["visit"], now=now)
    if said["do"] == "park":
        pinboard.park(request, appointment.pk, said["was"])
    else:
        do = {"pick": pinboard.pick, "leave": pinboard.leave}
        do[said["do"]](request, appointment.pk)
    if said["day"] is None:
        return to_board(appointment)
    here = {"day": said["day"].isoformat(), "site": said["site"] or appointment.site_id}
    return redirect(f"{reverse('desk:board')}?{urlencode(here)}")


@require_POST
@desk_page("scheduling.book")
def drop(request: SignedInRequest) -> HttpResponse:
    """Move the picked visit to a free time of a column."""
    now = timezone.now()
    said = checked(DropForm(request.POST)).cleaned_data
    visit = said["visit"] or pinboard.picked(request)
    if visit is None:
        raise Invalid("Park a visit first, or say which one to move.")
    appointment = boards.access_appointment(request.user, visit, now=now)
    resource, wished = said["to"]
    column = board_views.access_column(request.user, resource)
    before = boards.clinician_of(request.user, appointment)
    grid = appointment.visit_type.alignment_minutes
    to = NewPlace(
        site=column.site,
        start_at=next_on_grid(wished, grid, column.site.zone),
        clinician=_clinician(column, before),
    )
    was = said["was"] or pinboard.seen_at(request, appointment.pk)
    check = still_there(*was) if was else None
    used = _room_to_leave(request, appointment, to, column)
    if used:
        return _give_room(request, appointment, used, column, check, now)
    try:
        moved = move_appointment(
            appointment=appointment, to=to, check=check, by=request.user, now=now
        )
    except Conflict as conflict:
        if COLUMNS_HEADER in request.headers:
            raise
        # No script tells it in place: the other times, with what stood in the way.
        wish = {"site": to.site.pk, "clinician": None, "day": _day_of(to)}
        return offer_move(request, appointment, wish, now, conflict)
    note = _use_room(request, moved, column, now)
    pinboard.leave(request, moved.pk)
    say_who_left(request, moved.patient, now=now)
    words = f"{moved.patient} now comes {_when(moved)}.{note}"
    undo = Undo(
        "move",
        str(moved.pk),
        words,
        now.timestamp(),
        boards.newest_event(request.user, moved, at=now),
        appointment.site_id,
        appointment.start_at.isoformat(),
        before.pk if before else None,
        frees=True,
    )
    pinboard.remember(request, undo)
    return answer(request, moved, now)


def _room_to_leave(
    request: SignedInRequest, appointment: Appointment, to: NewPlace, column: Resource
) -> Resource | None:
    """The room that is exchanged if nothing but the room changes: nobody is told a new time."""
    stays = (to.site.pk, to.start_at) == (appointment.site_id, appointment.start_at)
    if not stays or column.kind == ResourceKind.CLINICIAN:
        return None
    if not request.user.has_perm("scheduling.receive"):
        return None
    used = boards.resources_of(request.user, appointment, column.kind)
    return used[0] if used and column not in used else None


def _give_room(
    request: SignedInRequest,
    appointment: Appointment,
    old: Resource,
    new: Resource,
    check: Check | None,
    now: datetime,
) -> HttpResponse:
    given = assign_resource(
        appointment=appointment, old=old, new=new, check=check, by=request.user, now=now
    )
    pinboard.leave(request, given.pk)
    words = f"{appointment.patient} is in {new} now, at the same time."
    event = boards.newest_event(request.user, given, at=now)
    undo = Undo("room", str(given.pk), words, now.timestamp(), event, old=old.pk, new=new.pk)
    pinboard.remember(request, undo)
    return answer(request, appointment, now)


def _day_of(to: NewPlace) -> date:
    return to.start_at.astimezone(to.site.zone).date()


def _clinician(column: Resource, before: Resource | None) -> Resource | None:
    """In a clinician's column that one; in a room's, whoever leads the visit already."""
    if column.kind == ResourceKind.CLINICIAN:
        return column
    return before if before and before.site_id == column.site_id else None


def _use_room(request: SignedInRequest, moved: Appointment, column: Resource, now: datetime) -> str:
    """Take the very room or machine in whose column it was dropped; else say why not."""
    if column.kind == ResourceKind.CLINICIAN:
        return ""
    used = boards.resources_of(request.user, moved, column.kind)
    if not used or column in used:
        return ""
    try:
        assign_resource(appointment=moved, old=used[0], new=column, by=request.user, now=now)
    except DomainError as refused:
        return f" It has {used[0]}: {refused.sentence}"
    return ""


def _when(appointment: Appointment) -> str:
    zone = appointment.site.zone
    local = appointment.start_at.astimezone(zone)
    return f"{local:%a %b} {local.day}, {clock_words(local, zone)}"


@require_POST
@desk_page("scheduling.view_board")
def undo(request: SignedInRequest) -> HttpResponse:
    """Take the last thing back that was done on this board."""
    now = timezone.now()
    last = pinboard.last_done(request, now)
    if last is None:
        if COLUMNS_HEADER in request.headers:
            raise Conflict("There is nothing to take back any more.")
        messages.info(request, "There is nothing to take back any more.")
        return redirect("desk:board")
    appointment = boards.access_appointment(request.user, UUID(last.appointment), now=now)
    # Taken back or refused: what somebody else did since does not go away.
    pinboard.forget(request)
    back = _take_back(request, appointment, last, now)
    if COLUMNS_HEADER not in request.headers:
        messages.success(request, f"Taken back. {back.patient}: {_stands(back)}.")
    return answer(request, back, now)


def _stands(visit: Appointment) -> str:
    word = STATUS_WORDS[AppointmentStatus(visit.status)].lower()
    return word if visit.status not in HOLDING else f"{word}, {_when(visit)}"


def _take_back(
    request: SignedInRequest, appointment: Appointment, last: Undo, now: datetime
) -> Appointment:
    check = nothing_since(last.event)
    if last.what == "step":
        return undo_step(appointment=appointment, check=check, by=request.user, now=now)
    if last.what == "book":
        return take_step(
            appointment=appointment,
            step=Step.CANCEL,
            cancellation_reason="mistake",
            check=check,
            by=request.user,
            now=now,
        )
    if last.what == "room":
        old, new = (board_views.access_column(request.user, pk) for pk in (last.new, last.old))
        assign_resource(
            appointment=appointment, old=old, new=new, check=check, by=request.user, now=now
        )
        return appointment
    site = catalogue.access_site(request.user, last.site)
    led = catalogue.access_clinician(request.user, site, last.clinician) if last.clinician else None
    to = NewPlace(site=site, start_at=parse_instant(last.start_at), clinician=led)
    return move_appointment(appointment=appointment, to=to, check=check, by=request.user, now=now)
