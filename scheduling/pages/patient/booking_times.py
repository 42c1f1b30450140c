"""The last questions of a booking: when and with whom, and whether it is right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from clinic.shared.errors import Conflict, DomainError
from patients.domain.urgent_words import EMERGENCY, SIGNS, signs_in, urgency_of
from scheduling.actions import own_booking as acts
from scheduling.actions.hold import HoldGone
from scheduling.domain import own_booking as way
from scheduling.forms.own_booking import BookForm, NarrowForm, SinceForm, TimeForm
from scheduling.models import HoldStatus
from scheduling.pages.patient.booking_place import Place, checked_answer, elsewhere, status_of
from scheduling.pages.patient.shown_times import shown_times, until_when
from scheduling.pages.patient.words import refused, time_refused
from scheduling.queries import own_booking as reads


def ask_times(
    place: Place, refusal: DomainError | None = None, since: date | None = None
) -> HttpResponse:
    """The times that are free, today first; why there are none, and what else there is."""
    intent, user = place.intent, place.request.user
    assert intent is not None
    assert intent.visit_type is not None
    assert intent.site is not None
    asked = SinceForm(place.request.GET)
    since = since or (asked.cleaned_data["since"] if asked.is_valid() else None)
    found = reads.own_times(
        user,
        place.patient,
        visit_type=intent.visit_type,
        site=intent.site,
        clinician=intent.clinician,
        part=intent.part,
        urgency=intent.urgency,
        since=since,
        now=place.now,
    )
    people = reads.clinicians_for(user, intent.visit_type, intent.site)
    context = shown_times(found, intent.site, people, place.now) | {
        "what": intent.visit_type.name_in(get_language() or "en"),
        "people": people if len(people) > 1 else [],
        "is_soon": intent.urgency == way.SAME_DAY,
        "is_later": since is not None and since > place.now.astimezone(intent.site.zone).date(),
        "refusal": time_refused(refusal) if refusal else "",
    }
    return place.draw("times", context, status_of(refusal))


def take_time(place: Place) -> HttpResponse:
    """A time, or with whom and when on a day."""
    post, user = place.request.POST, place.request.user
    if "slot" not in post:
        wish = checked_answer(NarrowForm(post)).cleaned_data
        acts.narrow_times(
            patient=place.patient,
            part=wish["part"],
            clinician_id=wish["clinician"],
            by=user,
            now=place.now,
        )
        return place.to(way.TIMES)
    start_at, clinician_id = checked_answer(TimeForm(post)).cleaned_data["slot"]
    try:
        acts.hold_time(
            patient=place.patient,
            start_at=start_at,
            clinician_id=clinician_id,
            by=user,
            now=place.now,
        )
    except (acts.Stopped, acts.NotStarted, acts.TooManyBooked):
        raise
    except Conflict as refusal:
        return _times_again(place, start_at, refusal)
    return place.to(way.CONFIRM)


def _times_again(place: Place, start_at: datetime, refusal: DomainError) -> HttpResponse:
    """What is free from the day of the time that could not be had."""
    intent = reads.live_intent(place.request.user, place.patient, now=place.now)
    if intent is None or intent.site is None:
        return elsewhere(place)
    again = replace(place, intent=intent, wanted=way.TIMES)
    return ask_times(again, refusal, start_at.astimezone(intent.site.zone).date())


def ask_confirmation(
    place: Place, refusal: DomainError | None = None, signs: Sequence[str] = ()
) -> HttpResponse:
    """Everything once more, while the time is held; `signs` are dangers that the words name."""
    intent = place.intent
    assert intent is not None
    hold = intent.hold
    assert hold is not None
    if hold.status_at(place.now) != HoldStatus.HELD:
        return _times_again(place, hold.start_at, refusal or HoldGone())
    language = get_language() or "en"
    kind = hold.visit_type
    context = {
        "hold": hold,
        "until": hold.expires_at.isoformat(),
        "site": hold.site,
        "what": kind.name_in(language),
        "kind": kind,
        "prepare": kind.preparation_es if language.startswith("es") else kind.preparation_en,
        "clinician": reads.held_clinician(place.request.user, hold),
        "change_until": until_when(hold.start_at, hold.site, place.now),
        "reason": place.request.POST.get("reason", intent.reason)[:200],
        "refusal": refused(refusal),
        "named": [SIGNS[key].es if language.startswith("es") else SIGNS[key].en for key in signs],
    }
    return place.draw("confirm", context, 422 if signs else status_of(refusal))


def _unasked(place: Place, reason: str) -> list[str]:
    """The dangers that words name and that the answers do not: what was ticked is known already."""
    signs = signs_in(reason)
    if place.intent is None or not place.progress.reaches(way.CONFIRM):
        return []
    is_known = place.intent.urgency == way.SAME_DAY and urgency_of(signs) != EMERGENCY
    return [] if is_known else signs


def take_confirmation(place: Place) -> HttpResponse:
    """Book it. A time that was lost leads back to the times, with the words that were typed.

    Words that name a danger are asked about first: red flags are not only ticked.
    """
    said = checked_answer(BookForm(place.request.POST)).cleaned_data
    signs = _unasked(place, said["reason"])
    if signs and not said["is_not_so"]:
        return ask_confirmation(place, signs=signs)
    try:
        visit = acts.book_held(
            patient=place.patient,
            hold_id=said["hold"],
            reason=said["reason"],
            by=place.request.user,
            now=place.now,
        )
    except (acts.Stopped, acts.NotStarted, acts.TooManyBooked):
        raise
    except Conflict as refusal:
        acts.keep_words(
            patient=place.patient, reason=said["reason"], by=place.request.user, now=place.now
        )
        start_at = place.intent.hold.start_at if place.intent and place.intent.hold else place.now
        return _times_again(place, start_at, refusal)
    response: HttpResponse = redirect("patient:visit-booked", place.patient.pk, visit.pk)
    return response
