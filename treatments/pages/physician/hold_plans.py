"""The clinician: blood thinners before a procedure, when the last dose is, and who agreed."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.forms import Form
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
F = TypeVar("F", bound=Form)


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
    return _write(
        request,
        plan_id,
        name="prescriber_form",
        make=lambda _plan: PrescriberForm(request.POST),
        act=lambda form, **who: actions.note_prescriber(**who, **form.cleaned_data),
    )


@require_POST
@physician_page(APPROVING)
@opens_chart
def approve(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Let the person be told."""
    return _write(
        request,
        plan_id,
        name="approve_form",
        make=lambda _plan: ApproveForm(request.POST),
        act=lambda form, **who: actions.approve_plan(**who, **form.cleaned_data),
        said="Approved: the person may be told.",
    )


@require_POST
@physician_page(SEEING)
@opens_chart
def doses(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Write down when the last doses were."""
    return _write(
        request,
        plan_id,
        name="doses_form",
        make=lambda plan: LastDosesForm(request.POST, rows=held_rows(plan.drugs, plan.last_doses)),
        act=lambda form, **who: actions.note_last_doses(
            **who, revision=form.cleaned_data["revision"], told=form.told()
        ),
    )


def _write(
    request: SignedInRequest,
    plan_id: UUID,
    *,
    name: str,
    make: Callable[[HoldPlan], F],
    act: Callable[..., Any],
    said: str = "Written down.",
) -> HttpResponse:
    """Read one of the forms of a plan and do what it says; show it again if it says nothing clear.

    `name` is that of the form on the page, `act` takes the form, `plan`, `by` and `now`.
    """
    now = timezone.localtime()
    found = read.access_plan(request.user, plan_id, now=now)
    form = make(found)
    if not form.is_valid():
        return _show(request, found, status=422, **{name: form})
    try:
        act(form, plan=found, by=request.user, now=now)
    except actions.NotAgreed as refusal:
        form.add_error(None, refusal.sentence)
        return _show(request, found, status=refusal.status, **{name: form})
    messages.success(request, said)
    return redirect("physician:hold-plan", found.pk)


def _show(
    request: SignedInRequest, found: HoldPlan, *, status: int = 200, **sent: Form
) -> HttpResponse:
    """The plan; `sent` are forms that could not be read, by name, to be shown as they were sent."""
    rows = held_rows(found.drugs, found.last_doses)
    read_at = {"revision": found.revision}
    told = found.instructions or drafted(rows, clinic_zone())
    context: dict[str, Any] = {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "findings",
        "plan": found,
        "rows": rows,
        "asks_prescriber": any(row.needs_prescriber for row in rows),
        "prescriber_form": PrescriberForm(
            initial=read_at | {"prescriber": found.prescriber, "words": found.prescriber_words}
        ),
        "approve_form": ApproveForm(initial=read_at | {"instructions": told}),
        "doses_form": LastDosesForm(rows=rows, initial=read_at),
        **sent,
    }
    return render(request, "treatments/physician/hold_plan.html", context, status=status)
