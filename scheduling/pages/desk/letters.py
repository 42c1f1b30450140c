"""What people write in the portal: what waits, one thread, and the answer."""

from collections.abc import Callable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError, NotFound
from clinic.shared.forms import checked
from clinic.shared.uploads import as_download
from patients.actions.threads import answer_thread, close_thread, reopen_thread, take_thread
from patients.forms.threads import AnswerLetterForm, LettersForm
from patients.models import Thread
from patients.queries import threads as read
from patients.queries.threads import ANSWERING
from scheduling.queries.places import place_of

_STEPS: Mapping[str, tuple[Callable[..., Thread], str]] = {
    "take": (take_thread, "It is yours now."),
    "close": (close_thread, "Closed. If they write again, it opens by itself."),
    "reopen": (reopen_thread, "It is open again."),
}


@require_GET
@desk_page(ANSWERING)
def letters(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer: dangers first, then the longest; what is closed; one person's."""
    now, wish = timezone.now(), checked(LettersForm(request.GET)).cleaned_data
    closed, patient_id = wish["closed"], wish["patient"]
    rows = read.waiting_threads(request.user, closed=closed, patient_id=patient_id, now=now)
    context = {"rows": rows, "closed": closed, "now": now, "of_one": bool(patient_id)}
    return render(request, "scheduling/desk/letters.html", context)


@require_http_methods(["GET", "POST"])
@desk_page(ANSWERING)
def letter(request: SignedInRequest, thread_id: UUID) -> HttpResponse:
    """One thread; and the form to answer."""
    now = timezone.now()
    thread = read.access_thread(request.user, thread_id, now=now)
    form = AnswerLetterForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        body, zone = form.cleaned_data["body"], _zone(thread)
        try:
            answer_thread(thread=thread, body=body, zone=zone, by=request.user, now=now)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            status = refusal.status
        else:
            messages.success(request, f"Answered. {thread.patient} is told that something came.")
            return redirect("desk:letters")
    context = {
        "thread": thread,
        "letters": read.messages_of(request.user, thread),
        "form": form,
        "is_late": bool(thread.answer_due_at and thread.answer_due_at < now),
    }
    return render(request, "scheduling/desk/letter.html", context, status=status)


@require_POST
@desk_page(ANSWERING)
def step(request: SignedInRequest, thread_id: UUID, press: str) -> HttpResponse:
    """Take it, close it, open it again."""
    if press not in _STEPS:
        raise NotFound
    now = timezone.now()
    thread = read.access_thread(request.user, thread_id, now=now)
    act, sentence = _STEPS[press]
    act(thread=thread, by=request.user, now=now)
    messages.success(request, sentence)
    return redirect("desk:letter", thread.pk)


@require_GET
@desk_page(ANSWERING)
def letter_file(request: SignedInRequest, thread_id: UUID, attachment_id: UUID) -> HttpResponse:
    """A file that came with a message, to be saved."""
    thread = read.access_thread(request.user, thread_id, now=timezone.now())
    found = read.access_file(request.user, thread, attachment_id)
    return as_download(bytes(found.content), media_type=found.media_type, name=found.file_name)


def _zone(thread: Thread) -> ZoneInfo:
    """The clock of the place where the person comes: their quiet hours count on it."""
    site = place_of(THE_CLINIC, thread.patient_id)
    return site.zone if site else ZoneInfo(timezone.get_default_timezone_name())
