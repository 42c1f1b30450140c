"""Waiting for a time: getting on the list, answering an offer, and leaving."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import DomainError
from patients.queries import own_record
from scheduling.actions import own_visits as acts
from scheduling.actions.own_booking import Stopped
from scheduling.domain.own_booking import SAME_DAY, TIMES
from scheduling.forms.own_booking import OfferAnswerForm, WaitForm
from scheduling.pages.patient.words import refused
from scheduling.queries import own_booking, own_visits


@require_GET
@patient_page("scheduling.view_own_visits")
def waitlist(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What they wait for, with the time that is offered just now."""
    return _list(request, patient_id)


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.book_own")
def join(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Wait for the visit that they could not book: what it is, the booking knows."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if own_booking.is_stopped(request.user, patient):
        return redirect("patient:book", patient.pk)
    intent = own_booking.live_intent(request.user, patient, now=now)
    if intent is None or intent.visit_type is None or intent.site is None:
        return redirect("patient:book", patient.pk)
    if intent.urgency == SAME_DAY:
        # Who should be seen today does not wait: the page of times names the phone.
        return redirect("patient:book-step", patient.pk, TIMES)
    form = WaitForm(request.POST if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        today = now.astimezone(intent.site.zone).date()
        try:
            acts.wait_for_own(
                patient=patient,
                visit_type=intent.visit_type,
                site=intent.site,
                wish=form.wish(today),
                by=request.user,
                now=now,
            )
        except Stopped:
            return redirect("patient:book", patient.pk)
        except DomainError as error:
            refusal = error
        else:
            messages.success(request, _("You are on the waitlist. We write when a time is free."))
            return redirect("patient:waitlist", patient.pk)
    context = {
        "patient": patient,
        "form": form,
        "what": intent.visit_type.name_in(get_language() or "en"),
        "site": intent.site,
        "refusal": refused(refusal),
    }
    is_wrong = refusal is not None or (request.method == "POST" and not form.is_valid())
    status = 422 if is_wrong else 200
    return render(request, "scheduling/patient/waitlist_join.html", context, status=status)


@require_POST
@patient_page("scheduling.book_own")
def leave(request: SignedInRequest, patient_id: UUID, entry_id: UUID) -> HttpResponse:
    """Wait no more."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    acts.leave_own_wait(patient=patient, entry_id=entry_id, by=request.user, now=now)
    messages.success(request, _("You are off the waitlist."))
    return redirect("patient:waitlist", patient.pk)


@require_POST
@patient_page("scheduling.book_own")
def answer(request: SignedInRequest, patient_id: UUID, offer_id: UUID) -> HttpResponse:
    """Yes or no to the time that is offered."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    form = OfferAnswerForm(request.POST)
    if not form.is_valid():
        return redirect("patient:waitlist", patient.pk)
    says_yes = form.cleaned_data["answer"] == "accept"
    try:
        visit = acts.answer_own_offer(
            patient=patient, offer_id=offer_id, says_yes=says_yes, by=request.user, now=now
        )
    except Stopped:
        return redirect("patient:book", patient.pk)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _list(request, patient_id, refusal)
    if visit is None:
        messages.success(request, _("Thank you. You keep your place on the waitlist."))
        return redirect("patient:waitlist", patient.pk)
    return redirect("patient:visit-booked", patient.pk, visit.pk)


def _list(
    request: SignedInRequest, patient_id: UUID, refusal: DomainError | None = None
) -> HttpResponse:
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    context = {
        "patient": patient,
        "waits": own_visits.waits(request.user, patient),
        "now": now,
        "language": get_language() or "en",
        "refusal": refused(refusal),
    }
    status = refusal.status if refusal else 200
    return render(request, "scheduling/patient/waitlist.html", context, status=status)
