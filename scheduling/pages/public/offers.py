"""A time that was offered from the waitlist: yes or no, without signing in."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.shared.errors import Conflict, NotFound
from clinic.shared.forms import checked
from clinic.shared.languages import speak_to
from scheduling.actions.offers import OfferOver, accept_offer, decline_offer
from scheduling.forms.waitlist import PublicAnswerForm
from scheduling.models import WaitlistOffer
from scheduling.pages.patient.words import refused
from scheduling.queries import waitlist

NOBODY = AnonymousUser()


@require_http_methods(["GET", "POST"])
@public_page("the secret in its address is the key to one offered time; it shows no name")
def offer(request: HttpRequest, secret: str) -> HttpResponse:
    """The time, until when it is held, and two buttons; afterwards what happens next."""
    try:
        found = waitlist.offer_by_secret(NOBODY, secret)
    except NotFound:
        context = {"sites": waitlist.phones(NOBODY)}
        return render(request, "scheduling/public/no_offer.html", context, status=404)
    speak_to(request, found.hold.patient.language)
    if request.method == "POST":
        return _answer(request, found, secret)
    return _show(request, found)


def _answer(request: HttpRequest, found: WaitlistOffer, secret: str) -> HttpResponse:
    answer = checked(PublicAnswerForm(request.POST)).cleaned_data["answer"]
    act = accept_offer if answer == "accept" else decline_offer
    try:
        act(offer=found, by=None, now=timezone.now())
    except Conflict as conflict:
        found = waitlist.offer_by_secret(NOBODY, secret)
        return _show(request, found, conflict)
    return redirect("public:offer", secret)


def _show(
    request: HttpRequest, found: WaitlistOffer, conflict: Conflict | None = None
) -> HttpResponse:
    now = timezone.now()
    left = (found.hold.expires_at - now).total_seconds()
    context = {
        "offer": found,
        "hold": found.hold,
        "site": found.hold.site,
        # It may have been moved, or cancelled, since they said yes.
        "visit": found.hold.appointment,
        "instead": found.entry.appointment,
        "state": "over" if found.status == "open" and left <= 0 else found.status,
        "minutes_left": max(1, -int(-left // 60)),
        # What the desk would read is not for them.
        "refusal": conflict.sentence if isinstance(conflict, OfferOver) else refused(conflict),
    }
    status = conflict.status if conflict else 200
    return render(request, "scheduling/public/offer.html", context, status=status)
