"""Visits that somebody must look at."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from patients.queries import threads
from patients.queries.portal_requests import count_waiting
from patients.queries.sent_files import files_to_look_at
from scheduling.actions.worklist import keep_anyway
from scheduling.forms.worklist import KeepForm
from scheduling.queries import worklist as lists
from treatments.queries.intakes import to_look_through


@require_GET
@desk_page("scheduling.view_board")
def worklist(request: SignedInRequest) -> HttpResponse:
    """What is to be settled, soonest visit first."""
    return _show(request)


@require_POST
@desk_page("scheduling.book")
def keep(request: SignedInRequest, item_id: UUID) -> HttpResponse:
    """Leave a visit where it is, with the reason."""
    now = timezone.now()
    item = lists.access_item(request.user, item_id)
    form = KeepForm(request.POST)
    if not form.is_valid():
        wrong = {"item_id": item.pk, "form": form, "typed": request.POST.get("reason", "")}
        return _show(request, wrong, status=422)
    keep_anyway(item=item, reason=form.cleaned_data["reason"], by=request.user, now=now)
    messages.success(request, f"{item.appointment.patient} keeps the visit.")
    return redirect("desk:worklist")


def _may(request: SignedInRequest, verb: str) -> bool:
    return request.user.has_perm(f"patients.{verb}")


def _told(request: SignedInRequest) -> int:
    """How many people told something that nobody has looked through."""
    if not _may(request, "take_over_said"):
        return 0
    return len(to_look_through(request.user, now=timezone.now()))


def _letters(request: SignedInRequest) -> threads.WaitingCount | None:
    """How many people wait for an answer to what they wrote in the portal."""
    if not _may(request, "answer_messages"):
        return None
    return threads.count_waiting(request.user, now=timezone.now())


def _show(
    request: SignedInRequest, wrong: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    entries = lists.worklist(request.user, now=timezone.now())
    listed = lists.count_listed(request.user)
    context = {
        "entries": entries,
        "total": listed if listed > lists.SHOWN else len(entries),
        "asking": count_waiting(request.user),
        "may_book": request.user.has_perm("scheduling.book"),
        "sent": len(files_to_look_at(request.user)) if _may(request, "manage_consents") else 0,
        "told": _told(request),
        "letters": _letters(request),
        "wrong": wrong or {"item_id": None, "form": None, "typed": ""},
    }
    return render(request, "scheduling/desk/worklist.html", context, status=status)
