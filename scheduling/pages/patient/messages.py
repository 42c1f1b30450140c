"""The portal: writing to the clinic, and reading what it answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import DomainError
from clinic.shared.uploads import as_download, keeps_words
from patients.actions.threads import WRITING, Letter, note_read
from patients.domain.urgent_words import EMERGENCY, SIGNS, urgency_of
from patients.forms.threads import LetterForm, NewLetterForm
from patients.models import ThreadMessage
from patients.queries import own_record
from patients.queries import threads as read
from scheduling.queries.answer_time import Promise, promise_to
from treatments.actions.letters import send_first_letter, send_letter

Send = Callable[[Letter], ThreadMessage]


@require_GET
@patient_page(WRITING)
def messages(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was written so far, newest first; and the way to write."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    promise = promise_to(THE_CLINIC, patient, now=now)
    threads = read.own_threads(request.user, patient)
    context = {"patient": patient, "threads": threads, "promise": promise}
    with timezone.override(promise.zone):
        return render(request, "scheduling/patient/messages.html", context)


@keeps_words
@require_http_methods(["GET", "POST"])
@patient_page(WRITING)
def message_new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Write about something new; what sounds urgent is asked about before it goes."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    promise = promise_to(THE_CLINIC, patient, now=now)
    form = NewLetterForm(request.POST or None, request.FILES or None)

    def send(letter: Letter) -> ThreadMessage:
        opening = replace(form.opening(), team=promise.team)
        return send_first_letter(
            patient=patient, opening=opening, letter=letter, by=request.user, now=now
        )

    context = {"patient": patient, "promise": promise, "form": form}
    template = "scheduling/patient/message_new.html"
    return _form_page(request, template, context, send)


@keeps_words
@require_http_methods(["GET", "POST"])
@patient_page(WRITING)
def message(request: SignedInRequest, patient_id: UUID, thread_id: UUID) -> HttpResponse:
    """One thread, oldest first; and the way to write on."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    thread = read.access_own_thread(request.user, patient, thread_id)
    promise = promise_to(THE_CLINIC, patient, now=now)
    form = LetterForm(request.POST or None, request.FILES or None)

    def send(letter: Letter) -> ThreadMessage:
        return send_letter(thread=thread, letter=letter, by=request.user, now=now)

    context = {
        "patient": patient,
        "thread": thread,
        "letters": read.messages_of(request.user, thread),
        "promise": promise,
        "form": form,
    }
    if request.method == "GET":
        note_read(thread=thread, by=request.user, now=now)
    return _form_page(request, "scheduling/patient/message.html", context, send)


@require_GET
@patient_page(WRITING)
def message_file(
    request: SignedInRequest, patient_id: UUID, thread_id: UUID, attachment_id: UUID
) -> HttpResponse:
    """A file that came with a message, to be saved."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    thread = read.access_own_thread(request.user, patient, thread_id)
    found = read.access_file(request.user, thread, attachment_id)
    return as_download(bytes(found.content), media_type=found.media_type, name=found.file_name)


def _form_page(
    request: SignedInRequest, template: str, context: dict[str, Any], send: Send
) -> HttpResponse:
    """The form, the warning before something urgent goes, or the way on once it is sent."""
    form, promise = context["form"], context["promise"]
    with timezone.override(promise.zone):
        if request.method == "GET":
            return render(request, template, context)
        if not form.is_valid():
            return render(request, template, context, status=422)
        if form.signs and not form.is_warned:
            return _warning(request, form, context)
        try:
            sent = send(_letter(form, promise.answer_due_at))
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            return render(request, template, context, status=refusal.status)
    notes.success(request, _sentence(sent, promise))
    return redirect("patient:message", context["patient"].pk, sent.thread_id)


def _warning(request: SignedInRequest, form: LetterForm, context: dict[str, Any]) -> HttpResponse:
    """This sounds urgent: whom to call, and the message once more, to be sent as well."""
    signs = [SIGNS[key] for key in form.signs]
    is_spanish = (get_language() or "").startswith("es")
    context |= {
        "named": [sign.es if is_spanish else sign.en for sign in signs],
        "is_emergency": urgency_of(form.signs) == EMERGENCY,
        "is_crisis": any(sign.is_crisis for sign in signs),
        "had_file": form.cleaned_data["file"] is not None,
    }
    return render(request, "scheduling/patient/message_urgent.html", context)


def _letter(form: LetterForm, answer_due_at: datetime) -> Letter:
    said = form.cleaned_data
    return Letter(said["body"], answer_due_at, said["file"], form.has_called)


def _sentence(sent: ThreadMessage, promise: Promise) -> str:
    if sent.is_urgent:
        return _("Sent. We have told a clinician. If it gets worse, call 911.")
    return _("Sent. We will write to you here.")
