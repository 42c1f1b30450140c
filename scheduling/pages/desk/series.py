"""A course of visits as it stands; moving and cancelling one of them, later ones, or all."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict, DomainError, Invalid
from scheduling.actions.series_cancel import cancel_series
from scheduling.actions.series_move import SeriesChange, move_series
from scheduling.domain.courses import Scope
from scheduling.forms.series import CancelSeriesForm, MoveSeriesForm
from scheduling.models import Appointment, AppointmentSeries
from scheduling.queries import catalogue
from scheduling.queries.series import access_series, access_visit, course_of
from treatments.queries.authorizations import BookableCourse, bookable_courses


@require_GET
@desk_page("scheduling.view_board")
def series(request: SignedInRequest, series_id: UUID) -> HttpResponse:
    """Every visit of the course, and what can be done with it."""
    found = access_series(request.user, series_id)
    view = course_of(request.user, found, now=timezone.now())
    context = {"series": found, "view": view, "treatment": _treatment(request, found)}
    return render(request, "scheduling/desk/series.html", context)


def _treatment(request: SignedInRequest, found: AppointmentSeries) -> BookableCourse | None:
    """The open course of treatment in which the visits are counted."""
    if found.course_id is None or not request.user.has_perm("treatments.manage_authorizations"):
        return None
    today = timezone.now().astimezone(found.site.zone).date()
    courses = bookable_courses(request.user, found.patient, today=today)
    return next((one for one in courses if one.course.pk == found.course_id), None)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def move(request: SignedInRequest, series_id: UUID, visit_id: UUID) -> HttpResponse:
    """Another day, hour or clinician for a visit, and for the others that go with it."""
    found = access_series(request.user, series_id)
    visit = access_visit(request.user, found, visit_id)
    people = catalogue.clinicians(request.user, found.site)
    local = visit.start_at.astimezone(found.site.zone)
    form = MoveSeriesForm(
        request.POST or None,
        people=[(person.pk, person.name) for person in people],
        initial={"scope": Scope.LATER.value, "day": local.date(), "clock": local.time()},
    )
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _move(request, found, visit, form.cleaned_data)
        except (Conflict, Invalid) as refused:
            refusal = refused
    context = {"series": found, "visit": visit, "form": form, "refusal": refusal}
    context["clashes"] = getattr(refusal, "clashes", [])
    return render(
        request, "scheduling/desk/series_move.html", context, status=_status(form.errors, refusal)
    )


def _move(
    request: SignedInRequest, found: AppointmentSeries, visit: Appointment, wish: dict[str, Any]
) -> HttpResponse:
    """The chosen visit says by how many days all of them move."""
    named, local = wish["clinician"], visit.start_at.astimezone(found.site.zone)
    change = SeriesChange(
        days=(wish["day"] - local.date()).days,
        clock=wish["clock"] if wish["clock"] != local.time() else None,
        clinician=catalogue.access_clinician(request.user, found.site, int(named))
        if named.isdecimal()
        else None,
        anybody=named == "any",
    )
    moved = move_series(
        appointment=visit,
        scope=Scope(wish["scope"]),
        change=change,
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, f"{_count(moved)} moved. {found.patient} is told once.")
    return redirect("desk:series", found.pk)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.cancel")
def cancel(request: SignedInRequest, series_id: UUID, visit_id: UUID) -> HttpResponse:
    """Cancel a visit of the course, this and later ones, or all, and say why."""
    found = access_series(request.user, series_id)
    visit = access_visit(request.user, found, visit_id)
    form = CancelSeriesForm(request.POST or None, initial={"scope": Scope.LATER.value})
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        try:
            gone = cancel_series(
                appointment=visit,
                scope=Scope(wish["scope"]),
                reason=wish["cancellation_reason"],
                note=wish["note"],
                by=request.user,
                now=timezone.now(),
            )
        except Conflict as refused:
            refusal = refused
        else:
            messages.success(request, f"{_count(gone)} cancelled. {found.patient} is told once.")
            return redirect("desk:series", found.pk)
    context = {"series": found, "visit": visit, "form": form, "refusal": refusal}
    return render(
        request, "scheduling/desk/series_cancel.html", context, status=_status(form.errors, refusal)
    )


def _status(errors: Any, refusal: DomainError | None) -> int:
    if refusal is not None:
        return refusal.status
    return 422 if errors else 200


def _count(visits: list[Appointment]) -> str:
    return "1 visit is" if len(visits) == 1 else f"{len(visits)} visits are"
