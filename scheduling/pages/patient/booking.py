"""Booking for oneself: one question a page, and nothing that was answered is lost."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError, Invalid, NotFound
from patients.models import Patient
from patients.queries import own_record
from scheduling.actions import own_booking as acts
from scheduling.domain import own_booking as way
from scheduling.pages.patient import booking_questions as questions
from scheduling.pages.patient import booking_times as times
from scheduling.pages.patient.booking_place import Place, elsewhere, too_many
from scheduling.queries import own_booking as reads
from scheduling.queries.places import place_of

# For each page what draws it, and what takes its answer; red flags have as many pages as they need.
_ASKED = {
    way.REASON: questions.ask_reason,
    way.SITE: questions.ask_site,
    way.TIMES: times.ask_times,
    way.CONFIRM: times.ask_confirmation,
}
_TAKEN = {
    way.REASON: questions.take_reason,
    way.SITE: questions.take_site,
    way.TIMES: times.take_time,
    way.CONFIRM: times.take_confirmation,
}


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.book_own")
def book(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Where a booking begins and goes on; a POST gives it up."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if request.method == "POST":
        acts.leave_booking(patient=patient, by=request.user, now=now)
        return redirect("patient:home", patient.pk)
    if reads.is_stopped(request.user, patient):
        context = {"patient": patient, "site": place_of(THE_CLINIC, patient.pk)}
        return render(request, "scheduling/patient/book_stop.html", context)
    place = _place(request, patient, "", now)
    if not place.asked.is_open:
        context = {"patient": patient, "site": place_of(THE_CLINIC, patient.pk)}
        return render(request, "scheduling/patient/book_closed.html", context)
    if reads.is_full(request.user, patient, now=now):
        return too_many(request, patient, now)
    return place.to(place.step)


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.book_own")
def step(request: SignedInRequest, patient_id: UUID, step: str) -> HttpResponse:
    """One question. Out of turn it leads to the one that is next."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    place = _place(request, patient, step, now)
    if reads.is_stopped(request.user, patient) or not place.asked.is_open:
        return redirect("patient:book", patient.pk)
    if request.method == "POST":
        return _answered(place)
    if not place.progress.reaches(step):
        return elsewhere(place)
    return _asked(place)


def _place(request: SignedInRequest, patient: Patient, step: str, now: datetime) -> Place:
    intent = reads.live_intent(request.user, patient, now=now)
    asked = reads.what_is_asked(request.user, patient, get_language() or "en", now=now)
    return Place(request, patient, intent, asked, step, now)


def _answered(place: Place) -> HttpResponse:
    """Take an answer; whatever refuses it leads on kindly, with what was typed."""
    take = questions.take_signs if way.sign_page(place.step) else _TAKEN.get(place.step)
    if take is None:
        raise NotFound
    try:
        return take(place)
    except acts.Stopped:
        return redirect("patient:book", place.patient.pk)
    except acts.NotStarted:
        return elsewhere(place) if place.intent is None else place.to(place.progress.next_step)
    except acts.TooManyBooked:
        return too_many(place.request, place.patient, place.now)
    except Invalid as refusal:
        return _asked(place, refusal)


def _asked(place: Place, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a question, once more if its answer was refused."""
    if not place.progress.reaches(place.step):
        return place.to(place.progress.next_step)
    if way.sign_page(place.step):
        return questions.ask_signs(place, refusal=refusal)
    return _ASKED[place.step](place, refusal)
