"""The clinician: blocking one's own time, running late, and sharing one's calendar."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.addresses import public_address
from clinic.shared.forms import checked
from scheduling.actions.blocks import unblock
from scheduling.actions.links import revoke_link, share_calendar
from scheduling.forms.board import BoardForm
from scheduling.forms.day import BlockForm, LateForm, TellForm
from scheduling.pages.blocking import Refused, blocked
from scheduling.pages.lateness import late_sections, say_late, tell_affected
from scheduling.queries import blocks as blocking
from scheduling.queries import delays as lateness
from scheduling.queries import links


@require_http_methods(["GET", "POST"])
@physician_page("scheduling.manage_own_hours")
def blocks(request: SignedInRequest) -> HttpResponse:
    """Block my time, and see what I have blocked on a day."""
    now = timezone.now()
    me = blocking.access_own_resource(request.user)
    wished = checked(BoardForm(request.GET)).cleaned_data["day"]
    day = wished or now.astimezone(me.site.zone).date()
    form = BlockForm(
        request.POST if request.method == "POST" else None, site=me.site, initial={"day": day}
    )
    refused = None
    if request.method == "POST":
        refused = blocked(request, form, me, now=now) if form.is_valid() else Refused(422)
        if refused is None:
            messages.success(request, "The time is blocked.")
            return redirect("physician:day")
    context = {
        "site": me.site,
        "day": day,
        "form": form,
        "refused": refused,
        "blocks": blocking.blocks(request.user, me.site, day, resource=me),
    }
    status = refused.status if refused else 200
    return render(request, "scheduling/physician/blocks.html", context, status=status)


@require_POST
@physician_page("scheduling.manage_own_hours")
def remove_block(request: SignedInRequest, block_id: int) -> HttpResponse:
    """Give my blocked time back."""
    block = blocking.access_block_to_remove(request.user, block_id)
    unblock(block=block, by=request.user, now=timezone.now())
    messages.success(request, "The time is free again.")
    return redirect("physician:day")


@require_http_methods(["GET", "POST"])
@physician_page("scheduling.manage_own_hours")
def late(request: SignedInRequest) -> HttpResponse:
    """Say that I run late; see whom it puts off, tell or move them."""
    now = timezone.now()
    me = blocking.access_own_resource(request.user)
    form = LateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        say_late(request, me, form.cleaned_data["minutes"], now=now)
        return redirect("physician:late")
    held = lateness.delay_of(request.user, me, now=now)
    sections = late_sections(request, [held] if held else [], now=now)
    context = {"form": form, "site": me.site, "sections": sections}
    status = 422 if form.errors else 200
    return render(request, "scheduling/physician/late.html", context, status=status)


@require_POST
@physician_page("scheduling.manage_own_hours")
def tell_late(request: SignedInRequest, delay_id: int) -> HttpResponse:
    """Write to one of those who are put off, or to all."""
    now = timezone.now()
    delay = lateness.access_delay(request.user, delay_id, now=now)
    tell_affected(request, delay, checked(TellForm(request.POST)).cleaned_data["visit"], now=now)
    return redirect("physician:late")


@require_http_methods(["GET", "POST"])
@physician_page("scheduling.manage_own_hours")
def calendar(request: SignedInRequest) -> HttpResponse:
    """Addresses by which a calendar program shows my visits; a new one is shown here, once."""
    me = links.own_calendar(request.user)
    new = ""
    if request.method == "POST":
        made = share_calendar(resource=me, by=request.user, now=timezone.now())
        new = public_address("public:calendar", made.secret)
    context = {"links": links.calendar_links(request.user), "new": new, "site": me.site}
    return render(request, "scheduling/physician/calendar.html", context)


@require_POST
@physician_page("scheduling.manage_own_hours")
def calendar_off(request: SignedInRequest, calendar_id: int) -> HttpResponse:
    """Make an address of my calendar useless."""
    link = links.access_link(request.user, calendar_id)
    revoke_link(link=link, by=request.user, now=timezone.now())
    messages.success(request, "That address does not work any more.")
    return redirect("physician:calendar")
