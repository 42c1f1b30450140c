"""The manager: what was told to whom."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.messaging.queries import outbox as read_outbox


@require_GET
@manager_page("messaging.view_outbox")
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message with what became of it, newest first."""
    page = read_outbox(request.user, request.GET.get("page"))
    return render(request, "messaging/manager/outbox.html", {"page": page})
