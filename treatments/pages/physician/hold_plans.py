"""The clinician: blood thinners before a procedure, when the last dose is, and who agreed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.actions import hold_plans as actions
from treatments.domain.hold_plan import drafted, held_rows
from treatments.facts.people import clinic_zone
from treatments.forms.hold_plans import ApproveForm, LastDosesForm, PrescriberForm
from treatments.models import HoldPlan
from treatments.pages.physician.doors import opens_chart
from treatments.queries import hold_plans as read
from treatments.queries.record import record_header

SEEING, APPROVING = "treatments.acknowledge_finding", "treatments.override_rule"
LONGEST_LIST = 200


@require_GET
@physician_page(SEEING)
def plans(request: SignedInRequest) -> HttpResponse:
    """Coming procedures before which something must be stopped, the soonest first."""
    found = read.coming_plans(
        request.user, page=lambda rows: list(rows[:LONGEST_LIST]), now=timezone.now()
    )
    return render(request, "treatments/physician/hold_plans.html", {"plans": found})


@require_GET
@physician_page(SEEING)
@opens_chart
def plan(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """One plan: drug by drug, the prescriber's word, what the person is told, the day itself."""
    return _show(request, read.access_plan(request.user, plan_id, now=timezone.now()))


@require_POST
@physician_page(SEEING)
@opens_chart
def prescriber(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Write down that the prescriber agreed."""
    now = timezone.now()
    found = read.access_plan(request.user, plan_id, now=now)
    form = PrescriberForm(request.POST)
    if not form.is_valid():
        return _show(request, found, prescriber_form=form, status=422)
    actions.note_prescriber(plan=found, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, "Written down.")
    return redirect("physician:hold-plan", found.pk)


@require_POST
@physician_page(APPROVING)
@opens_chart
def approve(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Let the person be told."""
    now = timezone.now()
    found = read.access_plan(request.user, plan_id, now=now)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return _show(request, found, approve_form=form, status=422)
    actions.approve_plan(plan=found, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, "Approved: the person may be told.")
    return redirect("physician:hold-plan", found.pk)


@require_POST
@physician_page(SEEING)
@opens_chart
def doses(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Write down when the last doses were."""
    now = timezone.localtime()
    found = read.access_plan(request.user, plan_id, now=now)
    form = LastDosesForm(request.POST, rows=held_rows(found.drugs, found.last_doses))
    if not form.is_valid():
        return _show(request, found, doses_form=form, status=422)
    actions.note_last_doses(
        plan=found,
        revision=form.cleaned_data["revision"],
        told=form.told(),
        by=request.user,
        now=now,
    )
    messages.success(request, "Written down.")
    return redirect("physician:hold-plan", found.pk)


def _show(
    request: SignedInRequest,
    found: HoldPlan,
    *,
    prescriber_form: PrescriberForm | None = None,
    approve_form: ApproveForm | None = None,
    doses_form: LastDosesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = held_rows(found.drugs, found.last_doses)
    read_at = {"revision": found.revision}
    told = found.instructions or drafted(rows, clinic_zone())
    context: dict[str, Any] = {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "findings",
        "plan": found,
        "rows": rows,
        "asks_prescriber": any(row.needs_prescriber for row in rows),
        "prescriber_form": prescriber_form
        or PrescriberForm(
            initial=read_at | {"prescriber": found.prescriber, "words": found.prescriber_words}
        ),
        "approve_form": approve_form or ApproveForm(initial=read_at | {"instructions": told}),
        "doses_form": doses_form or LastDosesForm(rows=rows, initial=read_at),
    }
    return render(request, "treatments/physician/hold_plan.html", context, status=status)
