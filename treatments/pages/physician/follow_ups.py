"""The clinician: what is due after treatments."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions.alarms import tell_well_being
from treatments.actions.follow_up_work import FollowUpResult, undo_follow_up
from treatments.actions.follow_up_work import close_follow_up as close_one
from treatments.forms.follow_ups import CloseForm, FilterForm
from treatments.forms.well_being import ProblemForm
from treatments.pages.physician.doors import opens_chart
from treatments.queries import alarms as signs
from treatments.queries import follow_ups as read

LONGEST_LIST = 200
WORKING = "treatments.work_follow_ups"


@require_GET
@physician_page(WORKING)
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
        "recent": read.just_done(request.user, now=now),
        "now": now,
        "is_cut": len(rows) == LONGEST_LIST,
        "is_ended": wanted.when == read.When.ENDED,
    }
    return render(request, "treatments/physician/follow_ups.html", context)


@require_POST
@physician_page(WORKING)
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


@require_http_methods(["GET", "POST"])
@physician_page(WORKING)
@opens_chart
def problem(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Reached, and something is wrong: it stands on top of the inbox at once."""
    now = timezone.now()
    found = read.access_follow_up(request.user, follow_up_id, now=now)
    form = ProblemForm(request.POST or None, asked=signs.questions(request.user))
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"row": found, "form": form}
        return render(request, "treatments/physician/problem.html", context, status=status)
    tell_well_being(
        patient=found.patient, told=form.told(), follow_up=found, by=request.user, now=now
    )
    messages.warning(request, "It stands on top of the inbox until a physician has settled it.")
    return redirect("physician:follow-ups")


@require_POST
@physician_page(WORKING)
@opens_chart
def undo(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Take back what one has just pressed."""
    now = timezone.now()
    found = read.access_follow_up(request.user, follow_up_id, now=now)
    undo_follow_up(follow_up=found, by=request.user, now=now)
    messages.success(request, f"{found.title}: taken back.")
    return redirect("physician:follow-ups")
