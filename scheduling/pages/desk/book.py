"""Booking a visit: find the person, see the earliest times that have everything, book or hold."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from patients.queries import access_patient, search
from scheduling.actions.book import BookingRequest, book_appointment, walk_in
from scheduling.actions.errors import SlotTaken
from scheduling.actions.hold import place_hold
from scheduling.forms.booking import WHICH, BookingForm, PartOfDay, SlotSearchForm, WalkInForm
from scheduling.models import Weekday
from scheduling.pages.desk import pinboard
from scheduling.pages.desk.held import keep_said
from scheduling.pages.desk.off_list import say_who_left
from scheduling.pages.desk.shown import to_board
from scheduling.pages.offers import TimeWish, offered_days
from scheduling.pages.sites import chosen_site
from scheduling.pages.whereabouts import clock_of
from scheduling.queries import catalogue
from scheduling.queries.holds import holds_of
from scheduling.queries.limits_shown import may_go_on
from treatments.actions.limits import NotAllowedByRules
from treatments.domain.rules_states import MAY_OVERRIDE
from treatments.domain.spine import Region
from treatments.queries.authorizations import access_bookable, bookable_courses
from treatments.queries.triage import triage_questions

# What narrows the times, and is not part of the time that was chosen.
_WISHES = ("clinician", "part", "weekday", "in_spite")


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def book(request: SignedInRequest) -> HttpResponse:
    """Find the person, see the earliest times that have everything, book."""
    if request.method == "POST":
        return _book(request)
    return _offer(request, checked(SlotSearchForm(request.GET)).cleaned_data)


@require_POST
@desk_page("scheduling.book")
def here_now(request: SignedInRequest) -> HttpResponse:
    """Somebody walked in: a visit that begins now."""
    wish = checked(WalkInForm(request.POST)).cleaned_data
    viewer, now = request.user, timezone.now()
    site = catalogue.access_site(viewer, wish["site"])
    named = wish["clinician"]
    try:
        seen = walk_in(
            patient=access_patient(viewer, wish["patient"], now=now),
            visit_type=catalogue.access_visit_type(viewer, wish["visit_type"]),
            site=site,
            clinician=catalogue.access_clinician(viewer, site, named) if named else None,
            reason=wish["reason"],
            override_reason=wish["override_reason"],
            seen=wish["seen"],
            region=wish["region"],
            by=viewer,
            now=now,
        )
    except Conflict as conflict:
        again = wish | {"q": "", "day": now.astimezone(site.zone).date()}
        again |= narrowed(wish["wished"]) | {"clinician": named}
        return _offer(request, again, conflict=conflict)
    words = f"{seen.patient} is here, and is booked from {clock_of(seen)}."
    pinboard.remember_booking(request, seen, words, now)
    say_who_left(request, seen.patient, now=now)
    return to_board(seen)


def _book(request: SignedInRequest) -> HttpResponse:
    wish = checked(BookingForm(request.POST)).cleaned_data
    viewer, now = request.user, timezone.now()
    site = catalogue.access_site(viewer, wish["site"])
    start_at, named = wish["slot"]
    patient, named_course = access_patient(viewer, wish["patient"], now=now), wish["counted_in"]
    today = now.astimezone(site.zone).date()
    asked = BookingRequest(
        patient=patient,
        visit_type=catalogue.access_visit_type(viewer, wish["visit_type"]),
        site=site,
        start_at=start_at,
        clinician=catalogue.access_clinician(viewer, site, named) if named else None,
        reason=wish["reason"],
        course=access_bookable(viewer, patient, named_course, today=today).course
        if named_course
        else None,
        override_reason=wish["override_reason"],
        seen=wish["seen"],
        region=wish["region"],
    )
    try:
        if wish["hold"]:
            held = place_hold(request=asked, by=viewer, now=now)
            keep_said(request, held.pk, wish)
            return redirect("desk:hold", held.pk)
        booked = book_appointment(request=asked, by=viewer, now=now)
    except Conflict as conflict:
        again = wish | {"q": "", "day": start_at.astimezone(site.zone).date()}
        again |= narrowed(wish["wished"])
        return _offer(request, again, conflict=conflict)
    words = f"{booked.patient} is booked for {clock_of(booked)}."
    pinboard.remember_booking(request, booked, words, now)
    say_who_left(request, booked.patient, now=now)
    return to_board(booked)


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
        "treatments": [],
        "course": wish.get("counted_in"),
        "anyway_url": _anyway_url(request, wish) if isinstance(conflict, SlotTaken) else "",
        "override_reason": wish.get("override_reason", ""),
    } | refused_by_rules(request, wish, conflict)
    if wish["patient"]:
        context |= _times(request, wish, now)
        context["holds"] = holds_of(request.user, context["patient"], now=now)
        context["questions"] = triage_questions(request.user)
        if request.user.has_perm("treatments.manage_authorizations"):
            today = now.astimezone(context["site"].zone).date()
            context["treatments"] = bookable_courses(request.user, context["patient"], today=today)
    elif wish["q"]:
        context["people"] = search(request.user, wish["q"], today=now.date())
    template = "scheduling/desk/book.html"
    if request.htmx and not request.htmx.boosted:
        template += "#times" if wish["patient"] else "#people"
    return render(request, template, context, status=conflict.status if conflict else 200)


def refused_by_rules(
    request: SignedInRequest, wish: dict[str, Any], conflict: Conflict | None
) -> dict[str, Any]:
    """What the page needs to let somebody who may go on with the very time that was refused."""
    if not isinstance(conflict, NotAllowedByRules):
        return {"limit": None}
    return {
        "limit": conflict,
        "limit_slot": request.POST.get("slot", ""),
        "may_override": request.user.has_perm(MAY_OVERRIDE),
        "is_walk_in": "slot" not in wish,
    }


def _anyway_url(request: SignedInRequest, wish: dict[str, Any]) -> str:
    """Where the refused time can be booked all the same, for whoever may."""
    if not request.user.has_perm("scheduling.overbook") or "slot" not in wish:
        return ""
    start_at, named = wish["slot"]
    local = start_at.astimezone(catalogue.access_site(request.user, wish["site"]).zone)
    asked = {
        "patient": wish["patient"],
        "visit_type": wish["visit_type"],
        "site": wish["site"],
        "clinician": named or "",
        "day": f"{local:%Y-%m-%d}",
        "clock": f"{local:%H:%M}",
        "which": WHICH[local.fold],
        "reason": wish["reason"],
        "region": wish["region"],
    }
    return f"{reverse('desk:anyway')}?{urlencode(asked)}"


def _times(request: SignedInRequest, wish: dict[str, Any], now: datetime) -> dict[str, Any]:
    viewer = request.user
    site = chosen_site(request, wish["site"])
    named = wish["clinician"]
    asked = TimeWish(
        visit_type=catalogue.access_visit_type(viewer, wish["visit_type"] or None),
        site=site,
        patient=access_patient(viewer, wish["patient"], now=now),
        clinician=catalogue.access_clinician(viewer, site, named) if named else None,
        day=wish["day"],
        part=PartOfDay(wish.get("part") or ""),
        weekdays=wish.get("weekday") or (),
        in_spite=bool(wish.get("in_spite")),
        region=wish.get("region", ""),
    )
    return {"visit_types": catalogue.visit_types(viewer)} | times_context(viewer, asked, now)


def narrowed(wished: dict[str, Any]) -> dict[str, Any]:
    """What narrowed the times from which one was chosen that was refused."""
    return {key: wished.get(key) for key in _WISHES}


def times_context(viewer: Any, asked: TimeWish, now: datetime) -> dict[str, Any]:
    """What every page that offers times shows: the times, and the fields that narrow them."""
    offers = offered_days(viewer, asked, now=now)
    return {
        "wish": asked,
        "patient": asked.patient,
        "site": asked.site,
        "sites": catalogue.sites(viewer),
        "visit_type": asked.visit_type,
        "clinician": asked.clinician,
        "clinicians": catalogue.clinicians(viewer, asked.site),
        "day": asked.day,
        "parts": PartOfDay.choices,
        "weekdays": Weekday.choices,
        "days": offers.days,
        "nothing": offers.nothing,
        "limits": offers.limits,
        "urgent": offers.urgent,
        "may_go_on": may_go_on(viewer),
        "regions": [one.value for one in Region] if offers.asks_region else [],
    }
