"""The manager: what was told to whom."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.messaging.queries import outbox as read_outbox

MESSAGES_A_PAGE = 25


@require_GET
@manager_page("messaging.view_outbox")
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message with what became of it, newest first."""
    pages = Paginator(read_outbox(request.user), MESSAGES_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "messaging/manager/outbox.html", {"page": page})
