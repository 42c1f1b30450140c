"""Offering a time to somebody who waits, by hand, and writing down what they said."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from scheduling.actions.offers import accept_offer, decline_offer, offer_time, withdraw_offer
from scheduling.domain.waiting_line import Stretch
from scheduling.forms.waitlist import AnswerForm, EmptyCellForm, OfferForm
from scheduling.models import WaitlistEntry
from scheduling.queries import catalogue
from scheduling.queries import waitlist as lists
from scheduling.queries.waiting_line import times_for, who_could_come

SAID = {
    "accept": "{name} comes {when}.",
    "decline": "{name} said no. The time is free again.",
    "withdraw": "The offer to {name} is taken back. The time is free again.",
}


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.book")
def times(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    """The free times that fit what somebody wishes; one click offers one."""
    now = timezone.now()
    entry = lists.access_entry(request.user, entry_id)
    if request.method == "GET":
        return _show_times(request, entry, now)
    start_at, named = checked(OfferForm(request.POST)).cleaned_data["slot"]
    clinician = (
        catalogue.access_clinician(request.user, entry.site, named) if named else entry.clinician
    )
    try:
        offer = offer_time(
            entry=entry, start_at=start_at, clinician=clinician, by=request.user, now=now
        )
    except Conflict as conflict:
        return _show_times(request, entry, now, conflict)
    when, until = _clock(entry, offer.hold.start_at), _clock(entry, offer.hold.expires_at)
    text = f"{when} is held for {entry.patient} until {until}."
    messages.success(request, text)
    return redirect("desk:waitlist")


@require_POST
@desk_page("scheduling.book")
def answer(request: SignedInRequest, offer_id: UUID) -> HttpResponse:
    """What somebody said on the phone; or the desk takes the offer back."""
    found = lists.access_offer(request.user, offer_id)
    said = checked(AnswerForm(request.POST)).cleaned_data["answer"]
    act = {"accept": accept_offer, "decline": decline_offer, "withdraw": withdraw_offer}[said]
    act(offer=found, by=request.user, now=timezone.now())
    when = _clock(found.entry, found.hold.start_at)
    messages.success(request, SAID[said].format(name=found.hold.patient, when=when))
    return redirect("desk:waitlist")


@require_GET
@desk_page("scheduling.book")
def candidates(request: SignedInRequest) -> HttpResponse:
    """Who could come into an empty cell of the board, the next in line first."""
    now = timezone.now()
    cell = checked(EmptyCellForm(request.GET)).cleaned_data
    site = catalogue.access_site(request.user, cell["site"])
    named = cell["clinician"]
    clinician = catalogue.access_clinician(request.user, site, named) if named else None
    stretch = Stretch(max(cell["start"], now), cell["end"], named, is_closed=True)
    found = who_could_come(request.user, site, stretch, now=now)
    context = {"site": site, "clinician": clinician, "cell": cell, "candidates": found}
    return render(request, "scheduling/desk/waitlist_for.html", context)


def _show_times(
    request: SignedInRequest,
    entry: WaitlistEntry,
    now: datetime,
    conflict: Conflict | None = None,
) -> HttpResponse:
    names = {person.pk: person.name for person in catalogue.clinicians(request.user, entry.site)}
    zone = entry.site.zone
    (row,) = lists.rows(request.user, [entry], now=now)
    context = {
        "entry": entry,
        "row": row,
        "patient": entry.patient,
        "site": entry.site,
        "times": [
            {
                "slot": slot,
                "day": slot.start_at.astimezone(zone).date(),
                "name": names.get(slot.clinician_id or 0, ""),
            }
            for slot in times_for(request.user, entry, now=now)
        ],
        "conflict": conflict,
    }
    status = conflict.status if conflict else 200
    return render(request, "scheduling/desk/waitlist_times.html", context, status=status)


def _clock(entry: WaitlistEntry, instant: datetime) -> str:
    return f"{instant.astimezone(entry.site.zone):%a %b %-d, %-I:%M %p}"
