"""A person's own visits: what comes, what was, and what they can do about each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import Conflict, DomainError, Invalid
from patients.models import Patient
from patients.queries import own_record
from scheduling.actions import own_visits as acts
from scheduling.actions.own_booking import Stopped
from scheduling.domain.own_booking import MINUTES_LATE
from scheduling.forms.own_booking import CancelForm, LateForm, SinceForm, TimeForm
from scheduling.pages.calendar_file import as_ics
from scheduling.pages.patient.shown_times import shown_times, until_when
from scheduling.pages.patient.words import refused, time_refused
from scheduling.queries import own_booking, own_visits
from scheduling.queries.check_in import place_token
from scheduling.queries.feeds import entry_of
from scheduling.queries.own_visits import OwnVisit


@require_GET
@patient_page("scheduling.view_own_visits")
def visits(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What is to come, what they wait for, and what was."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    coming, past = own_visits.coming_and_past(request.user, patient, now=now)
    context = {
        "patient": patient,
        "coming": coming,
        "past": past,
        "waits": own_visits.waits(request.user, patient),
        "language": get_language() or "en",
    }
    return render(request, "scheduling/patient/visits.html", context)


@require_GET
@patient_page("scheduling.view_own_visits")
def visit(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """One visit: when, where, with whom, what to do before, and what can be changed."""
    return _visit(request, patient_id, visit_id)


@require_GET
@patient_page("scheduling.view_own_visits")
def booked(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """The same, as the last page of a booking."""
    return _visit(request, patient_id, visit_id, is_new=True)


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.book_own")
def move(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """Another time for a visit; one press moves it."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    shown = _access(request, patient, visit_id, now)
    if own_booking.is_stopped(request.user, patient):
        return redirect("patient:book", patient.pk)
    if not shown.may_change:
        return redirect("patient:visit", patient.pk, visit_id)
    form = TimeForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _move_times(request, patient, shown, now)
    start_at, clinician_id = form.cleaned_data["slot"]
    try:
        acts.move_own(
            patient=patient,
            visit_id=visit_id,
            start_at=start_at,
            clinician_id=clinician_id,
            by=request.user,
            now=now,
        )
    except Stopped:
        return redirect("patient:book", patient.pk)
    except (Conflict, Invalid) as refusal:
        return _move_times(request, patient, shown, now, refusal)
    messages.success(request, _("Your visit has a new time."))
    return redirect("patient:visit", patient.pk, visit_id)


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.book_own")
def cancel(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """Do they really not come? They may say why."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    shown = _access(request, patient, visit_id, now)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["cancellation_reason"]
        try:
            acts.cancel_own(
                patient=patient, visit_id=visit_id, reason=said, by=request.user, now=now
            )
        except Conflict as refusal:
            return _visit(request, patient_id, visit_id, refusal=refusal)
        messages.success(request, _("Your visit is cancelled."))
        return redirect("patient:visit", patient.pk, visit_id)
    if not shown.may_change:
        return redirect("patient:visit", patient.pk, visit_id)
    context = _about(patient, shown, now) | {"form": form}
    return render(request, "scheduling/patient/visit_cancel.html", context)


@require_POST
@patient_page("scheduling.book_own")
def late(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """They will be about so many minutes late; the desk sees it at once."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    form = LateForm(request.POST)
    if not form.is_valid():
        return redirect("patient:visit", patient.pk, visit_id)
    minutes = form.cleaned_data["minutes"]
    try:
        acts.say_late(patient=patient, visit_id=visit_id, minutes=minutes, by=request.user, now=now)
    except Conflict as refusal:
        return _visit(request, patient_id, visit_id, refusal=refusal)
    words = _("Thank you. We know that you will be late. Please travel safely.")
    messages.success(request, words if minutes else _("Good. We expect you on time."))
    return redirect("patient:visit", patient.pk, visit_id)


@require_POST
@patient_page("scheduling.book_own")
def here(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """I am here: on to the page that says how long it still takes."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    try:
        arrived = acts.arrive_own(patient=patient, visit_id=visit_id, by=request.user, now=now)
    except Conflict as refusal:
        return _visit(request, patient_id, visit_id, refusal=refusal)
    return redirect("public:place", place_token(THE_CLINIC, arrived, now=now))


@require_GET
@patient_page("scheduling.view_own_visits")
def calendar(request: SignedInRequest, patient_id: UUID, visit_id: UUID) -> HttpResponse:
    """The visit as a file that the phone's calendar opens."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    shown = _access(request, patient, visit_id, now)
    entry = entry_of(request.user, shown.visit, language=get_language() or "en")
    answer = HttpResponse(as_ics([entry]), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return answer


def _access(request: SignedInRequest, patient: Patient, visit_id: UUID, now: datetime) -> OwnVisit:
    language = get_language() or "en"
    return own_visits.own_visit(request.user, patient, visit_id, language=language, now=now)


def _visit(
    request: SignedInRequest,
    patient_id: UUID,
    visit_id: UUID,
    *,
    is_new: bool = False,
    refusal: DomainError | None = None,
) -> HttpResponse:
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    shown = _access(request, patient, visit_id, now)
    context = _about(patient, shown, now) | {
        "is_new": is_new,
        "refusal": refused(refusal),
        "late_minutes": MINUTES_LATE,
    }
    status = 409 if refusal else 200
    return render(request, "scheduling/patient/visit.html", context, status=status)


def _move_times(
    request: SignedInRequest,
    patient: Patient,
    shown: OwnVisit,
    now: datetime,
    refusal: DomainError | None = None,
) -> HttpResponse:
    visit, user = shown.visit, request.user
    asked = SinceForm(request.GET)
    found = own_booking.own_times(
        user,
        patient,
        visit_type=visit.visit_type,
        site=visit.site,
        since=asked.cleaned_data["since"] if asked.is_valid() else None,
        moving=visit,
        now=now,
    )
    people = own_booking.clinicians_for(user, visit.visit_type, visit.site)
    context = _about(patient, shown, now) | shown_times(found, visit.site, people, now)
    context["refusal"] = time_refused(refusal) if refusal else ""
    status = refusal.status if refusal else 200
    return render(request, "scheduling/patient/visit_move.html", context, status=status)


def _about(patient: Patient, shown: OwnVisit, now: datetime) -> dict[str, Any]:
    """What every page about one visit needs."""
    visit, language = shown.visit, get_language() or "en"
    site = visit.site
    is_spanish = language.startswith("es")
    return {
        "patient": patient,
        "shown": shown,
        "visit": visit,
        "site": site,
        "what": visit.visit_type.name_in(language),
        "directions": site.directions_es if is_spanish else site.directions_en,
        "change_until": until_when(visit.start_at, site, now),
    }
