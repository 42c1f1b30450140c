"""How somebody is after a treatment: answered on their phone, without signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import Conflict, NotFound
from clinic.shared.languages import speak_to
from scheduling.queries.places import place_of
from scheduling.queries.waitlist import phones
from treatments.actions.answers import answer_by_link
from treatments.forms.well_being import AnswerForm
from treatments.models import FollowUp, WellBeing
from treatments.queries import alarms as read
from treatments.queries.asked_scores import asked_scores
from treatments.queries.follow_ups import OPEN


@require_http_methods(["GET", "POST"])
@public_page(
    "the signed token in the address is the key to one person's questions; it shows no name"
)
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """The questions; afterwards what to do now. Opening it does nothing by itself."""
    try:
        found = read.follow_up_of_token(THE_CLINIC, token, now=timezone.now())
    except NotFound:
        return _over(request)
    language = speak_to(request, found.patient.language)
    last = read.last_answer(THE_CLINIC, found)
    if request.method == "GET" and last is not None and "again" not in request.GET:
        return _answered(request, found, last)
    return _ask(request, found, token, language)


def _ask(request: HttpRequest, found: FollowUp, token: str, language: str) -> HttpResponse:
    scales = asked_scores(THE_CLINIC, found) if found.status in OPEN else []
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        asked=read.questions(THE_CLINIC, language),
        scales=[(row.pk, definition) for row, definition in scales],
    )
    context = _context(found) | {"form": form, "is_open": False}
    if request.method == "GET" or not form.is_valid():
        context["is_open"] = form.is_bound
        status = 422 if form.is_bound else 200
        return render(request, "scheduling/public/answers.html", context, status=status)
    by_key, said = {row.pk: row for row, _definition in scales}, form.scores()
    try:
        answer_by_link(
            follow_up=found,
            told=form.told(),
            scores={by_key[key]: numbers for key, numbers in said.items()},
            by=None,
            now=timezone.now(),
        )
    except Conflict:
        return _over(request, status=409)
    return redirect("public:answers", token)


def _answered(request: HttpRequest, found: FollowUp, last: WellBeing) -> HttpResponse:
    context = _context(found) | {"last": last}
    return render(request, "scheduling/public/answered.html", context)


def _context(found: FollowUp) -> dict[str, object]:
    return {"site": place_of(THE_CLINIC, found.patient_id)}


def _over(request: HttpRequest, *, status: int = 404) -> HttpResponse:
    """One answer for a link that has run out or never was ours: nobody learns which."""
    context = {"sites": phones(THE_CLINIC)}
    return render(request, "scheduling/public/answers_over.html", context, status=status)
