"""The manager: how the work stands that happens by itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.messaging.actions.operating import AlreadyPaused, pause_kind, resume_kind
from clinic.shared.forms import checked
from scheduling.domain.lengths import in_words
from scheduling.domain.nights import SENTENCES
from scheduling.forms.background import PauseForm, ResumeForm
from scheduling.queries import background as read
from scheduling.queries.dry_run import dry_run
from scheduling.queries.nightly import newest_runs

OPERATING = "messaging.operate"


@require_GET
@manager_page(OPERATING)
def background(request: SignedInRequest) -> HttpResponse:
    """What waits, what is stuck, what is paused, what the nights did, and who is alive."""
    return _show(request, PauseForm())


@require_POST
@manager_page(OPERATING)
def pause(request: SignedInRequest) -> HttpResponse:
    """Let a kind of message wait."""
    form = PauseForm(request.POST)
    if form.is_valid():
        wish = form.cleaned_data
        try:
            row = pause_kind(
                kind=wish["kind"], reason=wish["reason"], by=request.user, now=timezone.now()
            )
        except AlreadyPaused as error:
            form.add_error("kind", error.sentence)
        else:
            messages.success(request, f"“{row.get_kind_display()}” is paused.")
            return redirect("manager:background")
    return _show(request, form, status=422)


@require_POST
@manager_page(OPERATING)
def resume(request: SignedInRequest) -> HttpResponse:
    """Let it go out again."""
    kind = checked(ResumeForm(request.POST)).cleaned_data["kind"]
    resume_kind(kind=kind, by=request.user, now=timezone.now())
    messages.success(request, "They go out again.")
    return redirect("manager:background")


@require_GET
@manager_page(OPERATING)
def coming(request: SignedInRequest) -> HttpResponse:
    """What would go out within a day."""
    found = dry_run(request.user, now=timezone.now())
    return render(request, "scheduling/manager/coming_messages.html", {"found": found})


def _show(request: SignedInRequest, form: PauseForm, *, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    runs = newest_runs(user, SENTENCES)
    context: dict[str, Any] = {
        "form": form,
        "queues": [(queue, in_words(queue.age)) for queue in read.queues(user, now=now)],
        "processes": read.processes(user, now=now),
        "parked": read.parked(user),
        "paused": read.paused_kinds(user),
        "runs": [(SENTENCES[run.job], run, sorted(run.counts.items())) for run in runs],
    }
    return render(request, "scheduling/manager/background.html", context, status=status)
