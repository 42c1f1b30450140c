"""The clinician: own hours and leave."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import NotFound
from scheduling.actions.hours import Whose
from scheduling.models import Resource
from scheduling.pages import hours
from scheduling.queries import setup


@require_http_methods(["GET", "POST"])
@physician_page("scheduling.manage_own_hours")
def own_hours(request: SignedInRequest) -> HttpResponse:
    """When I am there."""
    me = setup.own_resource(request.user)
    if me is None:
        if request.method == "POST":
            raise NotFound
        return render(request, "scheduling/physician/no_hours.html")
    answer = hours.save_week if request.method == "POST" else hours.show
    return answer(request, _page(me), timezone.now())


@require_POST
@physician_page("scheduling.manage_own_hours")
def own_leave(request: SignedInRequest) -> HttpResponse:
    """When I am away."""
    me = setup.own_resource(request.user)
    if me is None:
        raise NotFound
    return hours.save_leave(request, _page(me), timezone.now())


@require_POST
@physician_page("scheduling.manage_own_hours")
def remove_own_leave(request: SignedInRequest, time_off_id: int) -> HttpResponse:
    """I am there after all."""
    me = setup.own_resource(request.user)
    time_off = setup.access_time_off(request.user, time_off_id)
    if me is None or time_off.resource_id != me.pk:
        raise NotFound
    return hours.drop_leave(request, _page(me), time_off, timezone.now())


def _page(me: Resource) -> hours.HoursPage:
    return hours.HoursPage(
        whose=Whose(me.site, me),
        template="scheduling/physician/hours.html",
        shown_first="scheduling/physician/stranded.html",
        here=reverse("physician:hours"),
        leave_url=reverse("physician:leave"),
        remove_url="physician:remove-leave",
    )
