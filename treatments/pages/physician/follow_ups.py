"""The clinician: what is due after treatments."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions.follow_ups import FollowUpResult
from treatments.actions.follow_ups import close_follow_up as close_one
from treatments.forms.follow_ups import CloseForm, FilterForm
from treatments.pages.physician.doors import opens_chart
from treatments.queries import follow_ups as read

LONGEST_LIST = 200


@require_GET
@physician_page("treatments.work_follow_ups")
def follow_ups(request: SignedInRequest) -> HttpResponse:
    """What is due, the most overdue first; one's own role's unless asked otherwise."""
    now = timezone.now()
    wish = checked(FilterForm(request.GET)).cleaned_data
    owner = {"": request.user.role, "all": ""}.get(wish["owner"], wish["owner"])
    wanted = read.Wanted(owner, wish["kind"], wish["when"] or read.When.DUE)
    rows = read.work_list(
        request.user, wanted, page=lambda found: list(found[:LONGEST_LIST]), now=now
    )
    context = {
        "form": FilterForm(initial=wish),
        "rows": rows,
        "now": now,
        "is_cut": len(rows) == LONGEST_LIST,
        "is_ended": wanted.when == read.When.ENDED,
    }
    return render(request, "treatments/physician/follow_ups.html", context)


@require_POST
@physician_page("treatments.work_follow_ups")
@opens_chart
def close(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Say what became of it."""
    now = timezone.now()
    found = read.access_follow_up(request.user, follow_up_id, now=now)
    said = checked(CloseForm(request.POST)).cleaned_data
    close_one(
        follow_up=found,
        result=FollowUpResult(said["result"]),
        note=said["note"],
        by=request.user,
        now=now,
    )
    messages.success(request, f"{found.title}: written down.")
    if said["next"] == "record":
        return redirect("physician:chart", found.patient_id)
    return redirect("physician:follow-ups")
