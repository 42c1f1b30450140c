"""The desk: whom to call and whom to book after treatments, in plain words."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from treatments.actions.alarms import tell_well_being
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up, undo_follow_up
from treatments.forms.follow_ups import CloseForm, DeskFilterForm
from treatments.forms.well_being import ProblemForm
from treatments.queries import alarms as signs
from treatments.queries import follow_ups as read

LONGEST_LIST = 200
CALLING = "treatments.call_people"


@require_GET
@desk_page(CALLING)
def follow_ups(request: SignedInRequest) -> HttpResponse:
    """Whom to call and whom to book: alarming answers first, then the most overdue."""
    now = timezone.now()
    wish = checked(DeskFilterForm(request.GET)).cleaned_data
    wanted = read.Wanted("", wish["kind"], wish["when"] or read.When.DUE)
    rows = read.desk_list(
        request.user,
        wanted,
        page=lambda found: list(found[:LONGEST_LIST]),
        now=now,
    )
    context = {
        "form": DeskFilterForm(initial=wish),
        "rows": rows,
        "recent": read.just_done(request.user, now=now),
        "now": now,
        "is_cut": len(rows) == LONGEST_LIST,
    }
    return render(request, "treatments/desk/follow_ups.html", context)


@require_GET
@desk_page(CALLING)
def of_person(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A fragment of a person's page: what is open for them, in plain words."""
    now = timezone.now()
    rows = read.plain_of(request.user, patient_id, now=now)
    return render(request, "treatments/desk/_follow_ups_of.html", {"rows": rows, "now": now})


@require_POST
@desk_page(CALLING)
def close(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Say what became of it."""
    now = timezone.now()
    found = read.access_plain(request.user, follow_up_id, now=now)
    said = checked(CloseForm(request.POST)).cleaned_data
    result = FollowUpResult(said["result"])
    close_follow_up(follow_up=found.row, result=result, note=said["note"], by=request.user, now=now)
    messages.success(request, f"{found.row.patient.name}: written down.")
    return redirect("desk:follow-ups")


@require_http_methods(["GET", "POST"])
@desk_page(CALLING)
def problem(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Reached, and something is wrong: what they say goes to a physician at once."""
    now = timezone.now()
    found = read.access_plain(request.user, follow_up_id, now=now)
    form = ProblemForm(request.POST or None, asked=signs.questions(request.user))
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"plain": found, "form": form}
        return render(request, "treatments/desk/problem.html", context, status=status)
    alarm = tell_well_being(
        patient=found.row.patient,
        told=form.told(),
        follow_up=found.row,
        by=request.user,
        now=now,
    )
    messages.warning(request, alarm.desk_words or "Get a clinician on the line with them now.")
    return redirect("desk:follow-ups")


@require_POST
@desk_page(CALLING)
def undo(request: SignedInRequest, follow_up_id: UUID) -> HttpResponse:
    """Take back what one has just pressed."""
    now = timezone.now()
    found = read.access_plain(request.user, follow_up_id, now=now)
    undo_follow_up(follow_up=found.row, by=request.user, now=now)
    messages.success(request, f"{found.row.patient.name}: taken back.")
    return redirect("desk:follow-ups")
