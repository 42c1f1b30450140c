"""The first questions of a booking: red flags, what it is for, and where."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError, NotFound
from scheduling.actions import own_booking as acts
from scheduling.domain import own_booking as way
from scheduling.forms.own_booking import NONE_FITS, KindForm, SignsForm, SiteChoiceForm
from scheduling.pages.patient.booking_place import Place, checked_answer, elsewhere, status_of
from scheduling.pages.patient.words import refused
from scheduling.queries.places import place_of


def ask_signs(
    place: Place, form: SignsForm | None = None, refusal: DomainError | None = None
) -> HttpResponse:
    """The red flags of one page, with what was ticked before."""
    page = way.sign_page(place.step)
    shown = place.asked.pages[page - 1]
    ticked = set(form.data.getlist("fits")) if form else set()  # type: ignore[attr-defined]
    if form is None and place.intent is not None:
        ticked = set(place.intent.flags)
    context = {
        "about": shown.about,
        "shown": " ".join(shown.keys),
        "asked": [(one, one.key in ticked) for one in shown.questions],
        "error": form.errors.get("__all__") if form else None,
        "is_missing": bool(form and "answer" in form.errors),
        "refusal": refused(refusal),
        "site": place_of(THE_CLINIC, place.patient.pk),
    }
    return place.draw("signs", context, 422 if form else status_of(refusal))


def take_signs(place: Place) -> HttpResponse:
    """Take what fits; an emergency ends the booking, and is told to the clinic at once."""
    page, user = way.sign_page(place.step), place.request.user
    pages = place.asked.pages
    if not 1 <= page <= len(pages):
        raise NotFound
    form = SignsForm(place.request.POST, asked=pages[page - 1].questions)
    if not form.is_valid():
        return ask_signs(place, form) if place.progress.reaches(place.step) else elsewhere(place)
    fits = [] if form.cleaned_data["answer"] == NONE_FITS else form.cleaned_data["fits"]
    shown = form.cleaned_data["shown"]
    intent = acts.answer_signs(
        patient=place.patient, page=page, fits=fits, shown=shown, by=user, now=place.now
    )
    if intent.ended_at is not None:
        return redirect("patient:book", place.patient.pk)
    kinds = list(place.asked.sites) if page == len(pages) else []
    if len(kinds) == 1 and intent.visit_type is None:
        intent = acts.choose_kind(patient=place.patient, code=kinds[0].code, by=user, now=place.now)
    if page < len(pages):
        return place.to(way.sign_step(page + 1))
    return place.to(place.asked.progress(intent).next_step)


def ask_reason(place: Place, refusal: DomainError | None = None) -> HttpResponse:
    """What the visit is for, in the words of patients."""
    kinds = list(place.asked.sites)
    language = get_language() or "en"
    context = {
        "kinds": [(kind, kind.name_in(language)) for kind in kinds],
        "refusal": refused(refusal),
        "site": place_of(THE_CLINIC, place.patient.pk),
        "is_soon": place.intent is not None and place.intent.urgency == way.SAME_DAY,
    }
    return place.draw("reason", context, status_of(refusal))


def take_reason(place: Place) -> HttpResponse:
    """Take the kind of visit."""
    form = checked_answer(KindForm(place.request.POST))
    user = place.request.user
    intent = acts.choose_kind(
        patient=place.patient, code=form.cleaned_data["kind"], by=user, now=place.now
    )
    progress = place.asked.progress(intent)
    return place.to(way.SITE if progress.asks_site else progress.next_step)


def ask_site(place: Place, refusal: DomainError | None = None) -> HttpResponse:
    """Where, if there is a choice."""
    assert place.intent is not None
    assert place.intent.visit_type is not None
    sites = place.asked.sites.get(place.intent.visit_type, [])
    return place.draw("site", {"sites": sites, "refusal": refused(refusal)}, status_of(refusal))


def take_site(place: Place) -> HttpResponse:
    """Take the place."""
    form = checked_answer(SiteChoiceForm(place.request.POST))
    chosen = form.cleaned_data["site"]
    acts.choose_site(patient=place.patient, site_id=chosen, by=place.request.user, now=place.now)
    return place.to(way.TIMES)
