"""The clinician: what the rules found, why, and what one says to it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions import findings as actions
from treatments.actions.alarms import subject_of
from treatments.forms.rules import InboxForm, OverrideForm, SeenForm
from treatments.models import Finding
from treatments.pages.physician.doors import opens_chart
from treatments.queries import findings as read
from treatments.queries.alarms import alarms, alarms_of_others
from treatments.queries.record import record_header

LONGEST_LIST = 200
SEEING, OVERRIDING = "treatments.acknowledge_finding", "treatments.override_rule"


@require_GET
@physician_page(SEEING)
def inbox(request: SignedInRequest) -> HttpResponse:
    """What is open about one's people: what cannot wait first, then what stops, then by day."""
    now = timezone.now()
    wish = checked(InboxForm(request.GET)).cleaned_data
    wanted = read.Wanted(wish["severity"], wish["state"] or "open")
    found = read.inbox(request.user, wanted, page=lambda rows: list(rows[:LONGEST_LIST]), now=now)
    waiting = alarms(request.user, now=now)
    above = {subject_of(one.row) for one in waiting}
    # What an alarm set off stands with it, on top.
    rows = read.lines(request.user, [row for row in found if row.subject_key not in above])
    context = {
        "form": InboxForm(initial=wish),
        "alarms": waiting,
        "others": alarms_of_others(request.user, now=now),
        "rows": [row for row in rows if not row.is_good_to_know],
        "good_to_know": [row for row in rows if row.is_good_to_know],
        "is_cut": len(found) == LONGEST_LIST,
    }
    return render(request, "treatments/physician/findings.html", context)


@require_GET
@physician_page(SEEING)
@opens_chart
def finding(request: SignedInRequest, finding_id: UUID) -> HttpResponse:
    """One of them: the rows that were counted, the window, the source."""
    found = read.access_finding(request.user, finding_id, now=timezone.now())
    return _show(request, found, OverrideForm())


@require_POST
@physician_page(SEEING)
@opens_chart
def seen(request: SignedInRequest, finding_id: UUID) -> HttpResponse:
    """Say that one has seen it, and what else stood in its line."""
    now = timezone.now()
    said = checked(SeenForm(request.POST)).cleaned_data
    found = read.access_findings(request.user, finding_id, said["also"], now=now)
    actions.acknowledge_findings(findings=found, by=request.user, now=now)
    messages.success(request, "Written down that you have seen it.")
    if said["next"] == "record":
        return redirect("physician:chart", found[0].patient_id)
    return redirect("physician:findings")


@require_POST
@physician_page(OVERRIDING)
@opens_chart
def override(request: SignedInRequest, finding_id: UUID) -> HttpResponse:
    """Go on all the same, and say why."""
    now = timezone.now()
    found = read.access_finding(request.user, finding_id, now=now)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    reason = form.cleaned_data["reason"]
    actions.override_finding(finding=found, reason=reason, by=request.user, now=now)
    messages.success(request, "Your reason is on record.")
    return redirect("physician:finding", found.pk)


def _show(
    request: SignedInRequest, found: Finding, form: OverrideForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "findings",
        "row": read.explain(request.user, found),
        "form": form,
    }
    return render(request, "treatments/physician/finding.html", context, status=status)
