"""Answering about a visit by the link in a message: comes, does not come, another time."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError, NotFound
from clinic.shared.languages import speak_to
from scheduling.actions import visit_answers as answers
from scheduling.domain.slots import Slot
from scheduling.forms.visit_answers import AnswerForm, ChosenTimeForm
from scheduling.pages.public.headings import HEADINGS
from scheduling.queries import visit_links as links
from scheduling.queries.visit_links import VisitLink
from scheduling.queries.waitlist import phones

# In these states the page says when and where.
SHOWN = {"asked", "confirmed", "confirm", "move", "moved", "booked_again"}

# In these it also says what to do before.
TO_COME = SHOWN - {"booked_again"}
ACTS = {"confirm": answers.confirm_visit, "cancel": answers.cancel_visit}

Answer = Callable[[HttpRequest, VisitLink, str, datetime], HttpResponse]


@require_http_methods(["GET", "POST"])
@public_page("the signed token in the address is for one visit, until it begins")
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The visit, and what one can answer. Opening it does nothing: mail scanners open links."""
    return _opened(request, token, _answer if request.method == "POST" else _show)


@require_http_methods(["GET", "POST"])
@public_page("the signed token in the address is for one visit, until it begins")
def times(request: HttpRequest, token: str) -> HttpResponse:
    """Free times for the same kind of visit; one press takes one."""
    return _opened(request, token, _choose if request.method == "POST" else _offer)


def _opened(request: HttpRequest, token: str, then: Answer) -> HttpResponse:
    now = timezone.now()
    try:
        link = links.link_of_token(THE_CLINIC, token, now=now)
    except NotFound:
        context = {"sites": phones(THE_CLINIC), "heading": HEADINGS["gone"]}
        return render(request, "scheduling/public/no_visit.html", context, status=404)
    speak_to(request, link.appointment.patient.language)
    with timezone.override(link.appointment.site.zone):
        return then(request, link, token, now)


def _show(
    request: HttpRequest,
    link: VisitLink,
    token: str,
    now: datetime,
    refusal: DomainError | None = None,
) -> HttpResponse:
    state = _state(link)
    shown = link.booked_again if link.is_again else link.appointment
    context = {
        "shown": shown if state in SHOWN else None,
        "site": link.appointment.site,
        "token": token,
        "state": state,
        "heading": HEADINGS[state],
        "prepare": links.preparation_of(THE_CLINIC, link) if state in TO_COME else None,
        "may_change": answers.may_change(link.appointment, now=now),
        "refusal": _sentence(refusal),
    }
    status = refusal.status if refusal else 200
    return render(request, "scheduling/public/visit.html", context, status=status)


def _answer(request: HttpRequest, link: VisitLink, token: str, now: datetime) -> HttpResponse:
    form = AnswerForm(request.POST)
    if link.answered or not form.is_valid():
        return redirect("public:visit", token)
    act = (
        answers.confirm_visit if form.cleaned_data["answer"] == "confirm" else answers.cancel_visit
    )
    try:
        act(visit=link.appointment, told_start=link.told_start, key=link.key, by=None, now=now)
    except DomainError as refusal:
        again = links.link_of_token(THE_CLINIC, token, now=now)
        return _show(request, again, token, now, refusal)
    return redirect("public:visit", token)


def _offer(
    request: HttpRequest,
    link: VisitLink,
    token: str,
    now: datetime,
    refusal: DomainError | None = None,
) -> HttpResponse:
    if not _may_choose(link, now):
        return redirect("public:visit", token)
    found = links.times_instead(THE_CLINIC, link, now=now)
    context = {
        "visit": link.appointment,
        "site": link.appointment.site,
        "token": token,
        "is_again": link.is_again,
        "days": _by_day(found, link),
        "refusal": _sentence(refusal),
    }
    status = refusal.status if refusal else 200
    return render(request, "scheduling/public/visit_times.html", context, status=status)


def _choose(request: HttpRequest, link: VisitLink, token: str, now: datetime) -> HttpResponse:
    form = ChosenTimeForm(request.POST)
    if not form.is_valid() or not _may_choose(link, now):
        return redirect("public:visit-times", token)
    start_at, clinician_id = form.cleaned_data["start_at"], form.cleaned_data["clinician"]
    try:
        # Only what was offered: anything else might be a time that is kept for others.
        chosen = links.offered(THE_CLINIC, link, start_at, clinician_id, now=now)
        answers.choose_time(
            link=link, start_at=start_at, clinician=chosen.clinician, by=None, now=now
        )
    except DomainError as refusal:
        return _offer(request, link, token, now, refusal)
    return redirect("public:visit", token)


def _may_choose(link: VisitLink, now: datetime) -> bool:
    if link.answered is not None:
        return False
    if link.is_again:
        return link.missed
    return link.stands and answers.may_change(link.appointment, now=now)


def _state(link: VisitLink) -> str:
    """What the page says, in a word; its template has a paragraph for each."""
    if link.is_again:
        return "booked_again" if link.answered else ("missed" if link.missed else "came")
    status = link.appointment.status
    if status == "cancelled":
        return "cancelled"
    if status not in {"booked", "confirmed"}:
        return "over"
    if link.answered:
        return str(link.answered.answer)
    if not link.stands:
        return "moved"
    return "confirmed" if status == "confirmed" else "asked"


def _sentence(refusal: DomainError | None) -> str:
    """A sentence for the person: what the desk would read is not for them."""
    if refusal is None:
        return ""
    if isinstance(refusal, answers.TooLate):
        return _("It is too late to change this visit here. Please call us.")
    if isinstance(refusal, answers.OtherState):
        return _(
            "This visit has changed since we wrote to you. Please look at it again, or call us."
        )
    if refusal.code in {"slot_taken", "place_gone", "patient_busy"}:
        return _("That time has just been taken. Please choose another one.")
    return _("We cannot do this here. Please call us: we are glad to help.")


def _by_day(found: list[Slot], link: VisitLink) -> list[tuple[date, list[Slot]]]:
    zone = link.appointment.site.zone
    days = groupby(found, key=lambda slot: slot.start_at.astimezone(zone).date())
    return [(day, list(slots)) for day, slots in days]
