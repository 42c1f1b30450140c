"""The manager: what was told to whom, and what to do about what was not."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.messaging.actions.outbox import give_up as give_up_message
from clinic.messaging.actions.outbox import try_again as try_message_again
from clinic.messaging.forms import OutboxForm
from clinic.messaging.queries import access_message
from clinic.messaging.queries import outbox as read_outbox
from clinic.shared.errors import Conflict


@require_GET
@manager_page("messaging.view_outbox")
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message with what became of it, newest first."""
    form = OutboxForm(request.GET)
    wanted = form.wanted()
    page = read_outbox(request.user, wanted, request.GET.get("page"), now=timezone.now())
    query = urlencode({name: value for name, value in vars(wanted).items() if value})
    context = {"page": page, "form": form, "query": f"{query}&" if query else ""}
    return render(request, "messaging/manager/outbox.html", context)


@require_POST
@manager_page("messaging.manage_outbox")
def try_again(request: SignedInRequest, message_id: int) -> HttpResponse:
    """Send a message that did not go out once more."""
    return _decided(request, message_id, try_message_again, "It will be sent within seconds.")


@require_POST
@manager_page("messaging.manage_outbox")
def give_up(request: SignedInRequest, message_id: int) -> HttpResponse:
    """A message that need not be sent any more."""
    return _decided(request, message_id, give_up_message, "It will not be sent.")


def _decided(
    request: SignedInRequest, message_id: int, decide: Callable[..., None], said: str
) -> HttpResponse:
    now = timezone.now()
    message = access_message(request.user, message_id, now=now)
    try:
        decide(message=message, by=request.user, now=now)
    except Conflict as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, said)
    return _back(request)


def _back(request: SignedInRequest) -> HttpResponse:
    """To the same choice of messages as before."""
    wanted = OutboxForm(request.POST).wanted()
    query = urlencode({name: value for name, value in vars(wanted).items() if value})
    answer = redirect("manager:outbox")
    if query:
        answer["Location"] += f"?{query}"
    return answer
