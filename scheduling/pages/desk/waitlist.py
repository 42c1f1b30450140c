"""The waitlist: who waits, adding somebody, changing what they wish, taking them off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import DomainError
from clinic.shared.forms import checked
from patients.models import Patient
from patients.queries import access_patient, search
from scheduling.actions.waitlist import add_to_waitlist, change_entry, leave_waitlist
from scheduling.facts.limits import asks_region
from scheduling.forms.waitlist import (
    WaitlistFilterForm,
    WaitWhoForm,
    WishForm,
    initial_wish,
    usual_wish,
)
from scheduling.models import Appointment, Site, VisitType, WaitlistStatus
from scheduling.pages.sites import chosen_site
from scheduling.queries import catalogue
from scheduling.queries import waitlist as lists

LONGEST_LIST = 200


@require_GET
@desk_page("scheduling.view_board")
def waitlist(request: SignedInRequest) -> HttpResponse:
    """Who waits for what, since when, and what was offered to them."""
    wish = checked(WaitlistFilterForm(request.GET)).cleaned_data
    site = chosen_site(request, wish["site"])
    code = wish["visit_type"]
    kind = catalogue.access_visit_type(request.user, code) if code else None
    status = wish["status"] or WaitlistStatus.WAITING
    shown = lists.entries(
        request.user,
        [site],
        status="" if status == "all" else status,
        visit_type=kind,
        page=lambda found: list(found[:LONGEST_LIST]),
    )
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "visit_types": [k for k in catalogue.visit_types(request.user) if k.capacity == 1],
        "visit_type": kind,
        "status": status,
        "statuses": [*WaitlistStatus.choices, ("all", "Everybody")],
        "rows": lists.rows(request.user, shown, now=timezone.now()),
        "is_cut": len(shown) == LONGEST_LIST,
    }
    return render(request, "scheduling/desk/waitlist.html", context)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def add(request: SignedInRequest) -> HttpResponse:
    """Put somebody on the list; what was chosen while booking comes along."""
    now = timezone.now()
    who = checked(WaitWhoForm(request.POST if request.method == "POST" else request.GET))
    known = who.cleaned_data
    if not known["patient"]:
        return _find_person(request, known)
    patient = access_patient(request.user, known["patient"], now=now)
    site = chosen_site(request, known["site"])
    form, visits = _wish_form(request, patient, site, known)
    context = {"form": form, "patient": patient, "site": site}
    context["sites"] = catalogue.sites(request.user)
    if request.method == "GET":
        return render(request, "scheduling/desk/waitlist_add.html", context)
    if form.is_valid():
        try:
            add_to_waitlist(
                patient=patient,
                visit_type=catalogue.access_visit_type(
                    request.user, form.cleaned_data["visit_type"]
                ),
                site=site,
                wish=form.wish(),
                appointment=visits.get(form.cleaned_data.get("appointment", "")),
                by=request.user,
                now=now,
            )
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"{patient} is on the waitlist.")
            return redirect("desk:waitlist")
    return render(request, "scheduling/desk/waitlist_add.html", context, status=422)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def entry(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    """Change what somebody wishes, or take them off the list."""
    found = lists.access_entry(request.user, entry_id)
    form = WishForm(
        request.POST or None,
        initial=initial_wish(found),
        visit_types=[],
        clinicians=catalogue.clinicians(request.user, found.site),
        is_change=True,
        asks_region=found.appointment_id is None and asks_region(found.visit_type),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_entry(entry=found, wish=form.wish(), by=request.user, now=timezone.now())
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"What {found.patient} wishes is written down.")
            return redirect("desk:waitlist")
    (row,) = lists.rows(request.user, [found], now=timezone.now())
    context = {"form": form, "row": row, "entry": found, "patient": found.patient}
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/desk/waitlist_entry.html", context, status=status)


@require_POST
@desk_page("scheduling.book")
def leave(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    """Take somebody off the list."""
    found = lists.access_entry(request.user, entry_id)
    leave_waitlist(entry=found, by=request.user, now=timezone.now())
    messages.success(request, f"{found.patient} is off the waitlist.")
    return redirect("desk:waitlist")


def _find_person(request: SignedInRequest, known: dict[str, Any]) -> HttpResponse:
    people = []
    if known["q"]:
        people = search(request.user, known["q"], today=timezone.localdate())
    template = "scheduling/desk/waitlist_person.html" + ("#people" if request.htmx else "")
    return render(request, template, {"q": known["q"], "people": people})


def _wish_form(
    request: SignedInRequest, patient: Patient, site: Site, known: dict[str, Any]
) -> tuple[WishForm, dict[str, Appointment]]:
    """The form, and the visits that it offers to bring forward, by their ids."""
    now, viewer = timezone.now(), request.user
    kinds = [kind for kind in catalogue.visit_types(viewer) if kind.capacity == 1]
    visits = {
        str(visit.pk): visit
        for kind in _asked_kinds(kinds, known["visit_type"])
        for visit in lists.movable_visits(viewer, patient, kind, site, now=now)
    }
    named = {key: str(known[key] or "") for key in ("visit_type", "clinician", "appointment")}
    form = WishForm(
        request.POST or None,
        initial=usual_wish(site, now) | {k: v for k, v in named.items() if v},
        visit_types=kinds,
        clinicians=catalogue.clinicians(viewer, site),
        visits=[(key, _told(visit)) for key, visit in visits.items()],
        asks_region=any(asks_region(kind) for kind in kinds),
    )
    return form, visits


def _asked_kinds(kinds: list[VisitType], code: str) -> list[VisitType]:
    return [kind for kind in kinds if not code or kind.code == code]


def _told(visit: Appointment) -> str:
    local = visit.start_at.astimezone(visit.site.zone)
    return f"{visit.visit_type.name}, {local:%a %b %-d, %-I:%M %p}"
