"""Checking in with one's own phone."""

from datetime import date

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import Conflict, NotFound
from scheduling.actions.steps import arrive_by_link
from scheduling.domain.states import AppointmentStatus
from scheduling.forms.day import ArrivalForm
from scheduling.models import Appointment, Site
from scheduling.queries import check_in as doors

HERE = {AppointmentStatus.ARRIVED, AppointmentStatus.ROOMED}


@require_http_methods(["GET", "POST"])
@public_page("the signed token in the address is for one visit, for a quarter of an hour")
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """“I am here”, for the visit that the link is for. Opening it does nothing by itself."""
    now = timezone.now()
    try:
        visit = doors.visit_of_link(THE_CLINIC, token, now=now)
    except NotFound:
        return _over(request)
    if visit.status in HERE:
        return _to_place(visit)
    if request.method == "GET":
        return render(request, "scheduling/public/check_in.html", {"visit": visit})
    return _arrive(request, visit)


@require_http_methods(["GET", "POST"])
@public_page("the signed token on the waiting room's screen; what is typed says who arrives")
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Who has scanned the screen says who they are. What is wrong is always answered alike."""
    now = timezone.now()
    try:
        site = doors.site_of_screen(THE_CLINIC, token, now=now)
    except NotFound:
        return _over(request)
    form = ArrivalForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _ask(request, form, site)
    if not _may_try(request, token, site, form.cleaned_data["birth_date"]):
        return _stopped(
            request,
            _("Too many tries"),
            _("Please go to the desk: they will check you in."),
            status=429,
        )
    visit = doors.visit_of_person(THE_CLINIC, site, **form.cleaned_data, now=now)
    if visit is None:
        form.add_error(
            None, _("We could not find your visit with this. Please look again, or ask the desk.")
        )
        return _ask(request, form, site)
    return _to_place(visit) if visit.status in HERE else _arrive(request, visit)


@require_safe
@public_page("the signed token in the address was given to the phone that has checked in")
def place(request: HttpRequest, token: str) -> HttpResponse:
    """My number, how many are before me, and about how long it still takes."""
    try:
        mine = doors.place_in_line(THE_CLINIC, token, now=timezone.now())
    except NotFound:
        return _over(request)
    template = "scheduling/public/place.html"
    if "HX-Request" in request.headers:
        template += "#place"
    return render(request, template, {"place": mine, "token": token})


def _arrive(request: HttpRequest, visit: Appointment) -> HttpResponse:
    try:
        arrived = arrive_by_link(appointment=visit, by=None, now=timezone.now())
    except Conflict as refusal:
        return _stopped(request, _("Please ask at the desk"), refusal.sentence, status=409)
    return _to_place(arrived)


def _to_place(visit: Appointment) -> HttpResponse:
    token = doors.place_token(THE_CLINIC, visit, now=timezone.now())
    return redirect("public:place", token)


def _ask(request: HttpRequest, form: ArrivalForm, site: Site) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "site": site}
    return render(request, "scheduling/public/arrive.html", context, status=status)


def _may_try(request: HttpRequest, token: str, site: Site, birth_date: date) -> bool:
    """Five tries for a code and an address; and few for one birth date, from wherever they come."""
    address = get_adapter(request).get_client_ip(request)
    return consume(request, action="check_in", key=f"{token}:{address}") and consume(
        request, action="check_in_person", key=f"{site.pk}:{birth_date}"
    )


def _over(request: HttpRequest) -> HttpResponse:
    """One answer for a link that has run out, was used up or never was ours."""
    return _stopped(
        request,
        _("This link does not work any more"),
        _("It works for a short time only. Scan the code in the waiting room, or ask the desk."),
        status=404,
    )


def _stopped(request: HttpRequest, title: str, sentence: str, *, status: int) -> HttpResponse:
    context = {"title": title, "sentence": sentence}
    return render(request, "scheduling/public/stopped.html", context, status=status)
