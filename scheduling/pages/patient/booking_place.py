"""Where somebody is in their booking, and where every page of it may lead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.accounts.guards import SignedInRequest
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError, Invalid
from patients.models import Patient
from scheduling.domain import own_booking as way
from scheduling.domain.own_booking import Progress
from scheduling.models import BookingIntent
from scheduling.queries import own_booking as reads
from scheduling.queries.own_booking import Asked
from scheduling.queries.own_visits import coming_and_past
from scheduling.queries.places import place_of


@dataclass(frozen=True)
class Place:
    """Where somebody is in their booking. `intent` is None before the first answer."""

    request: SignedInRequest
    patient: Patient
    intent: BookingIntent | None
    asked: Asked
    wanted: str
    now: datetime

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self.asked.progress(self.intent)

    @property
    def step(self) -> str:
        """The page that is open."""
        return self.wanted or self.progress.next_step

    def to(self, step: str) -> HttpResponse:
        """The way to another page of the booking."""
        return redirect("patient:book-step", self.patient.pk, step)

    def draw(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page of the booking, with how far it is and the way back."""
        steps = list(self.progress.steps)
        number = steps.index(self.step) if self.step in steps else 0
        told = {
            "step": self.step,
            "patient": self.patient,
            "intent": self.intent,
            "number": number + 1,
            "of": len(steps),
            "before": steps[number - 1] if number else "",
        }
        name = f"scheduling/patient/book_{template}.html"
        return render(self.request, name, told | context, status=status)


def elsewhere(place: Place) -> HttpResponse:
    """The question that is next; whoever comes back after booking finds the visit."""
    if place.intent is None and not way.sign_page(place.step):
        booked = reads.just_booked(place.request.user, place.patient, now=place.now)
        if booked is not None:
            return redirect("patient:visit", place.patient.pk, booked.pk)
    return place.to(place.progress.next_step)


def too_many(request: SignedInRequest, patient: Patient, now: datetime) -> HttpResponse:
    """As many visits are booked online as one person may: they are asked to call."""
    coming, _past = coming_and_past(request.user, patient, now=now)
    context = {
        "patient": patient,
        "visits": coming,
        "site": place_of(THE_CLINIC, patient.pk),
        "language": get_language() or "en",
    }
    return render(request, "scheduling/patient/book_many.html", context, status=409)


def checked_answer(form: Form) -> Form:
    """The form, or a sentence that says to choose. Raises `Invalid`."""
    if not form.is_valid():
        raise Invalid(_("Please choose one of the answers."))
    return form


def status_of(refusal: DomainError | None) -> int:
    """The status of a page that is shown once more."""
    if refusal is None:
        return 200
    return 422 if isinstance(refusal, Invalid) else 409
