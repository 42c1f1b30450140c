"""Text messages that somebody has to answer, and people who missed a visit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from scheduling.actions.text_answers import settle_text
from scheduling.queries import text_answers as lists


@require_GET
@desk_page("scheduling.book")
def texts(request: SignedInRequest) -> HttpResponse:
    """What to answer, oldest first; and whom to offer a new time."""
    context = {
        "entries": lists.texts_to_answer(request.user),
        "missed": lists.missed_to_rebook(request.user, now=timezone.now()),
    }
    return render(request, "scheduling/desk/texts.html", context)


@require_POST
@desk_page("scheduling.book")
def done(request: SignedInRequest, text_id: int) -> HttpResponse:
    """Somebody has read it and done what was needed."""
    text = lists.access_text(request.user, text_id)
    settle_text(text=text, by=request.user, now=timezone.now())
    messages.success(request, "Done.")
    return redirect("desk:texts")
