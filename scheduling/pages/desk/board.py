"""The day's board: as columns, as a list, or the week."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from patients.queries import access_patient
from scheduling.actions.steps import take_step
from scheduling.domain.day_grid import Stretch, week_days
from scheduling.domain.local_time import day_bounds
from scheduling.domain.short_ids import short_id
from scheduling.domain.states import STATUS_WORDS, UNDO_PERMISSION, Step
from scheduling.forms.board import StepForm
from scheduling.models import Resource, Site
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.cards import Surroundings, drawn_cells
from scheduling.pages.desk.shown import Shown, shown_board
from scheduling.pages.desk.visit import show_visit
from scheduling.queries import board as boards
from scheduling.queries import catalogue
from scheduling.queries.board_version import BoardVersion, board_version
from scheduling.queries.day_grid import DayGrid, day_grid
from scheduling.queries.holds import holds_of, holds_on_day
from scheduling.queries.landing import Landing, landings
from scheduling.queries.week_grid import week_grid
from treatments.actions.limits import StoppedByRules

# Stands in an address for what each card puts there.
_ANY = UUID(int=0)

# What the keys do on the columns, for the list of shortcuts.
KEYS = (
    ("← ↑ ↓ →", "Go from cell to cell"),
    ("Enter", "Open a visit, or book into a gap"),
    ("s", "Take the next step with a visit"),
    ("m", "Move a visit: arrows, Enter; Esc puts it back"),
    ("k", "Park a visit, to drop it on another day"),
)


@require_GET
@desk_page("scheduling.view_board")
def board(request: SignedInRequest) -> HttpResponse:
    """Everybody who comes that day (or week), each with the one next step."""
    now = timezone.now()
    shown = shown_board(request, now)
    context = _around(request, shown, now)
    draw = {"columns": _columns, "list": _list, "week": _week}[shown.layout]
    context |= draw(request, shown, now)
    return render(request, f"scheduling/desk/board_{shown.layout}.html", context)


def _around(request: SignedInRequest, shown: Shown, now: datetime) -> dict[str, Any]:
    """What every layout has around it: where one is, the filters, the pinboard, the undo."""
    layouts = (("columns", "Columns", "c"), ("list", "List", "l"), ("week", "Week", "e"))
    return {
        "shown": shown,
        "site": shown.site,
        "sites": shown.sites,
        "day": shown.day,
        "is_today": shown.is_today,
        "now": now,
        "audience_step_url": "desk:step",
        "status_words": [(status.value, word) for status, word in STATUS_WORDS.items()],
        "visit_types": catalogue.visit_type_names(request.user),
        "clinicians": [],
        "layouts": [
            (key, label, shown.address(view=name), name == shown.layout)
            for name, label, key in layouts
        ],
        "saved_views": [
            (view, shown.address(columns=view.pk, clinician=None)) for view in shown.views
        ],
        "everybody_url": shown.address(columns=0, clinician=None),
        "today_url": shown.address(day=shown.today.isoformat()),
        "cancelled_url": shown.address(cancelled="hide" if shown.wanted.cancelled else "show"),
        "unfiltered_url": shown.address(status="", visit_type="", only=""),
        **pinned(request, now),
        **undoable(request, now),
    }


def pinned(request: SignedInRequest, now: datetime) -> dict[str, Any]:
    """The pinboard: the parked visits that can still be moved, and which one is picked."""
    ids = pinboard.parked(request)
    picked = pinboard.picked(request)
    visits = boards.movable_visits(request.user, ids, now=now) if ids else []
    chosen = next((visit for visit in visits if visit.pk == picked), None)
    return {"parked": visits, "picked": chosen}


def undoable(request: SignedInRequest, now: datetime) -> dict[str, Any]:
    """What was just done, if the viewer may take it back."""
    last = pinboard.offered(request, now)
    may = last is not None and (
        last.what in ("move", "room") or request.user.has_perm(UNDO_PERMISSION)
    )
    return {"undo": last, "may_undo": may, "oob": False}


def _columns(request: SignedInRequest, shown: Shown, now: datetime) -> dict[str, Any]:
    viewer, ids = request.user, [column.pk for column in shown.columns]
    # Read before the day itself: what changes in between is then asked for again.
    version = board_version(viewer, shown.site.pk, shown.day, ids, now=now)
    grid = day_grid(viewer, shown.site, shown.day, shown.columns, wanted=shown.wanted, now=now)
    if shown.is_everybody:
        there = [c for c in grid.columns if c.opened or c.visits]
        grid.columns = there or grid.columns
    kept = {c.resource.pk: version.columns[c.resource.pk] for c in grid.columns}
    around = surroundings(request, shown.site, shown.day, shown.columns, now, shown.visit)
    for column in grid.columns:
        column.tag, column.drawn = kept[column.resource.pk], drawn_cells(column, around)
    return {
        "grid": grid,
        "hours": [(hour, _hour_words(hour)) for hour in range(grid.first, grid.last)],
        "etag": BoardVersion(kept).etag,
        "changes_query": changes_query(shown, grid),
        "drop_url": reverse("desk:drop"),
        "board_keys": KEYS,
    }


def _hour_words(hour: int) -> str:
    return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"


def changes_query(shown: Shown, grid: DayGrid) -> str:
    """What the script of the page asks for changes of."""
    wanted = shown.wanted
    said = {
        "site": shown.site.pk,
        "day": shown.day.isoformat(),
        "first": grid.first,
        "last": grid.last,
        "status": wanted.status,
        "visit_type": wanted.visit_type,
        "only": wanted.only,
        "cancelled": "show" if wanted.cancelled else "hide",
    }
    return urlencode(said)


def surroundings(
    request: SignedInRequest,
    site: Site,
    day: date,
    columns: Sequence[Resource],
    now: datetime,
    meant: UUID | None = None,
) -> Surroundings:
    """What the cells of these columns have in common."""
    here = reverse("desk:board")
    fitting = _landings(request, site, [day], columns, now)
    return Surroundings(
        visit_url=reverse("desk:visit", args=["_"]).removeprefix(here).removesuffix("_/"),
        hold_url=reverse("desk:hold", args=[_ANY]).removeprefix(here).removesuffix(f"{_ANY}/"),
        quick_url=reverse("desk:quick").removeprefix(here),
        drop_url=reverse("desk:drop").removeprefix(here),
        may_book=request.user.has_perm("scheduling.book"),
        landings=fitting,
        meant=short_id(meant) if meant else "",
        meant_id=str(meant or ""),
    )


def _landings(
    request: SignedInRequest,
    site: Site,
    days: Sequence[date],
    columns: Sequence[Resource],
    now: datetime,
) -> Mapping[int, Landing]:
    """Where the visit that is picked on the pinboard could go, if one is."""
    picked = pinboard.picked(request)
    if picked is None or not request.user.has_perm("scheduling.book"):
        return {}
    reach = Stretch(day_bounds(days[0], site.zone)[0], day_bounds(days[-1], site.zone)[1])
    return landings(request.user, picked, site, columns, reach, now=now)


def _list(request: SignedInRequest, shown: Shown, now: datetime) -> dict[str, Any]:
    rows = boards.board(
        request.user,
        shown.site,
        shown.day,
        wanted=shown.wanted,
        clinician=shown.clinician,
        now=now,
    )
    empty = "Nobody fits this filter" if shown.wanted.is_set else "Nobody is booked on this day"
    clinicians = catalogue.clinicians(request.user, shown.site)
    held = []
    if not shown.wanted.is_set:
        led = shown.clinician
        held = holds_on_day(request.user, shown.site, shown.day, clinician=led, now=now)
    return {"rows": rows, "clinicians": clinicians, "empty_title": empty, "holds": held}


def _week(request: SignedInRequest, shown: Shown, now: datetime) -> dict[str, Any]:
    days = week_days(shown.day)
    fitting = _landings(request, shown.site, days, shown.columns, now)
    rows = week_grid(request.user, shown.site, shown.day, shown.columns, fitting=fitting, now=now)
    if shown.is_everybody:
        rows = [r for r in rows if any(c.is_open or c.visits for c in r.cells)] or rows
    heads = [(day, shown.address(view="columns", day=day.isoformat())) for day in days]
    may_book = request.user.has_perm("scheduling.book")
    return {"rows": rows, "heads": heads, "may_book": may_book}


@require_POST
@desk_page("scheduling.view_board")
def step(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Take a step with a visit, and show its row anew."""
    now = timezone.now()
    wanted = checked(StepForm(request.POST)).cleaned_data["step"]
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    try:
        taken = take_step(appointment=appointment, step=Step(wanted), by=request.user, now=now)
    except StoppedByRules as stopped:
        if request.htmx:
            raise
        # What the script of the list says in a corner stands on the page of the visit.
        return show_visit(request, appointment, now, stopped)
    pinboard.remember_step(request, taken, Step(wanted), now)
    if not request.htmx:
        return redirect("desk:board")
    row = boards.row_of(request.user, appointment, now=now)
    context = {"row": row, "site": appointment.site, "audience_step_url": "desk:step"}
    context |= undoable(request, now)
    return render(request, "scheduling/desk/board_list.html#changed", context)


@require_GET
@desk_page("patients.view_contact")
def visits(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A fragment of the person's page: their coming visits, and what is held for them."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    coming = boards.upcoming_visits(request.user, patient, now=now)
    context = {"visits": coming, "holds": holds_of(request.user, patient, now=now)}
    return render(request, "scheduling/desk/_visits.html", context)
