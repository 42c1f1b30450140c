"""A change of hours on a page: saved at once, or shown first with whom it would strand."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from clinic.accounts.guards import SignedInRequest
from scheduling.actions.stranding import Outcome

OURS = {"csrfmiddlewaretoken", "once", "accepted", "again"}


def save_or_show(
    request: SignedInRequest,
    change: Callable[[str], Outcome],
    *,
    template: str,
    back: str,
    said: str,
) -> HttpResponse:
    """Do the change with the key that was accepted; leads `back`, or shows the visits first.

    The page that shows them sends along everything that was typed.
    """
    outcome = change(request.POST.get("accepted", ""))
    if outcome.is_saved:
        listed = len(outcome.visits)
        more = f" {listed} on the worklist." if listed else ""
        held = len(outcome.holds)
        if held:
            more += f" {held} held time{'s' if held > 1 else ''} can no longer be booked."
        messages.success(request, said + more)
        return redirect(back)
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OURS
        for value in values
    ]
    context = {"outcome": outcome, "sent": sent, "back": back, "is_new": "accepted" in request.POST}
    return render(request, template, context)
