"""When the day changes: time is blocked, somebody runs late."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from scheduling.actions.blocks import unblock
from scheduling.forms.board import BoardForm
from scheduling.forms.day import BlockForm, LateForm, TellForm
from scheduling.pages.blocking import Refused, blocked
from scheduling.pages.lateness import late_sections, say_late, tell_affected
from scheduling.pages.sites import chosen_site
from scheduling.queries import blocks as blocking
from scheduling.queries import catalogue
from scheduling.queries import delays as lateness


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.block_time")
def blocks(request: SignedInRequest) -> HttpResponse:
    """Block somebody's time, and see what is blocked on a day."""
    now = timezone.now()
    wish = checked(BoardForm(request.GET)).cleaned_data
    site = chosen_site(request, wish["site"])
    day = wish["day"] or now.astimezone(site.zone).date()
    people = blocking.clinicians_to_block(request.user, site)
    form = BlockForm(
        request.POST if request.method == "POST" else None,
        site=site,
        clinicians=people,
        initial={"day": day},
    )
    refused = None
    if request.method == "POST":
        refused = Refused(422)
        if form.is_valid():
            chosen = form.cleaned_data
            resource = blocking.access_clinician_to_block(request.user, chosen["clinician"])
            refused = blocked(request, form, resource, now=now)
        if refused is None:
            messages.success(request, f"{resource.name}: the time is blocked.")
            address = f"{reverse('desk:blocks')}?site={site.pk}&day={chosen['day']}"
            return redirect(address)
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "day": day,
        "form": form,
        "refused": refused,
        "blocks": blocking.blocks(request.user, site, day),
    }
    status = refused.status if refused else 200
    return render(request, "scheduling/desk/blocks.html", context, status=status)


@require_POST
@desk_page("scheduling.block_time")
def remove_block(request: SignedInRequest, block_id: int) -> HttpResponse:
    """Give blocked time back."""
    block = blocking.access_block_to_remove(request.user, block_id)
    unblock(block=block, by=request.user, now=timezone.now())
    messages.success(request, f"{block.resource.name}: the time is free again.")
    day = block.during.lower.astimezone(block.resource.site.zone).date()
    return redirect(f"{reverse('desk:blocks')}?day={day}")


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.block_time")
def late(request: SignedInRequest) -> HttpResponse:
    """Say that a clinician runs late; see whom it puts off, tell or move them."""
    now = timezone.now()
    site = chosen_site(request, checked(BoardForm(request.GET)).cleaned_data["site"])
    form = LateForm(
        request.POST if request.method == "POST" else None,
        clinicians=catalogue.clinicians(request.user, site),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        resource = blocking.access_clinician_to_block(request.user, chosen["clinician"])
        say_late(request, resource, chosen["minutes"], now=now)
        return redirect("desk:late")
    held = lateness.delays(request.user, site, now=now).values()
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "form": form,
        "sections": late_sections(request, held, now=now),
    }
    status = 422 if form.errors else 200
    return render(request, "scheduling/desk/late.html", context, status=status)


@require_POST
@desk_page("scheduling.block_time")
def tell_late(request: SignedInRequest, delay_id: int) -> HttpResponse:
    """Write to one of those who are put off, or to all."""
    now = timezone.now()
    delay = lateness.access_delay(request.user, delay_id, now=now)
    tell_affected(request, delay, checked(TellForm(request.POST)).cleaned_data["visit"], now=now)
    return redirect("desk:late")
