"""The diary of a block by the link of a message: one tap, without signing in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import NotFound
from clinic.shared.languages import speak_to
from scheduling.pages.block_lines import block_context
from scheduling.queries.places import place_of
from scheduling.queries.waitlist import phones
from treatments.queries.own_diaries import block_of_token


@require_http_methods(["GET", "POST"])
@public_page("the signed token in the address is the key to one day's diary; it shows no name")
def block_diary(request: HttpRequest, token: str) -> HttpResponse:
    """The hour that is due, and how the others stand. Opening it does nothing by itself."""
    now = timezone.now()
    try:
        block = block_of_token(THE_CLINIC, token, now=now)
    except NotFound:
        # One answer for a link that has run out or never was ours.
        over = {"sites": phones(THE_CLINIC)}
        return render(request, "scheduling/public/answers_over.html", over, status=404)
    speak_to(request, block.patient.language)
    site = place_of(THE_CLINIC, block.patient.pk)
    with timezone.override(site.zone if site else timezone.get_current_timezone()):
        shown = block_context(request, block, by=None, now=now)
        if shown is None:
            messages.success(request, _("Saved. Thank you."))
            return redirect("public:block-diary", token)
        context, status = shown
        context["site"] = site
        return render(request, "scheduling/public/block_diary.html", context, status=status)
