"""Hours and leave of sites and of everything there."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from scheduling.actions.hours import Whose, follow_site
from scheduling.pages import hours
from scheduling.pages.stranding import save_or_show
from scheduling.queries import setup

SHOWN_FIRST = "scheduling/manager/stranded.html"


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def site_hours(request: SignedInRequest, site_id: int) -> HttpResponse:
    """When a site is open."""
    page = _page(Whose(setup.access_site(request.user, site_id)))
    answer = hours.save_week if request.method == "POST" else hours.show
    return answer(request, page, timezone.now())


@require_POST
@manager_page("scheduling.manage_setup")
def site_leave(request: SignedInRequest, site_id: int) -> HttpResponse:
    """Close a site for a while."""
    page = _page(Whose(setup.access_site(request.user, site_id)))
    return hours.save_leave(request, page, timezone.now())


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def resource_hours(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """When somebody is there, or something can be used."""
    thing = setup.access_resource(request.user, resource_id)
    page = _page(Whose(thing.site, thing))
    answer = hours.save_week if request.method == "POST" else hours.show
    return answer(request, page, timezone.now())


@require_POST
@manager_page("scheduling.manage_setup")
def resource_leave(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Somebody is away."""
    thing = setup.access_resource(request.user, resource_id)
    return hours.save_leave(request, _page(Whose(thing.site, thing)), timezone.now())


@require_POST
@manager_page("scheduling.manage_setup")
def remove_leave(request: SignedInRequest, time_off_id: int) -> HttpResponse:
    """They are there after all."""
    time_off = setup.access_time_off(request.user, time_off_id)
    page = _page(Whose(time_off.site, time_off.resource))
    return hours.drop_leave(request, page, time_off, timezone.now())


@require_POST
@manager_page("scheduling.manage_setup")
def follow(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Let a room or machine be open whenever its site is."""
    thing = setup.access_resource(request.user, resource_id)
    page = _page(Whose(thing.site, thing))
    if "again" in request.POST:
        return redirect(page.here)
    change = partial(follow_site, resource=thing, by=request.user, now=timezone.now())
    return save_or_show(
        request,
        lambda accepted: change(accepted=accepted),
        template=SHOWN_FIRST,
        back=page.here,
        said=f"{thing} follows the hours of {thing.site}.",
    )


def _page(whose: Whose) -> hours.HoursPage:
    of, pk = ("resource", whose.resource.pk) if whose.resource else ("site", whose.site.pk)
    return hours.HoursPage(
        whose=whose,
        template="scheduling/manager/hours.html",
        shown_first=SHOWN_FIRST,
        here=reverse(f"manager:{of}-hours", args=[pk]),
        leave_url=reverse(f"manager:{of}-leave", args=[pk]),
        remove_url="manager:remove-leave",
    )
