"""The clinician: all courses of a person, and ordering a new one."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.forms import checked
from treatments.actions.course_orders import CourseOrder
from treatments.actions.course_rows import OverMaximum
from treatments.actions.courses import order_course
from treatments.actions.limits import NotAllowedByRules
from treatments.domain.states import RUNNING, CourseStatus
from treatments.forms.courses import FromConsultationForm, show_refusal
from treatments.models import CatalogueEntry, TreatmentCourse
from treatments.pages.physician.course_forms import course_form, sums_of
from treatments.pages.physician.doors import opens_chart
from treatments.queries.courses import (
    access_consultation,
    access_treatment,
    courses_of,
    treatments_to_order,
)
from treatments.queries.findings import findings_about_order
from treatments.queries.record import RecordHeader, record_header

STEPS = {1: "Self-care", 2: "Conservative care", 3: "Injections and procedures", 4: "Surgery"}
_NOT_BEGUN = {CourseStatus.PLANNED}


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def courses(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What goes on, what is planned, what has ended."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    found = courses_of(request.user, record.patient, today=timezone.localdate(), now=now)
    context = {
        "record": record,
        "tab": "courses",
        "running": [view for view in found if view.course.status in RUNNING],
        "planned": [view for view in found if view.course.status in _NOT_BEGUN],
        "ended": [view for view in found if view.course.status not in RUNNING | _NOT_BEGUN],
        "may_order": request.user.has_perm("treatments.manage_courses"),
    }
    return render(request, "treatments/physician/courses.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.manage_courses")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Pick a treatment; then its own form."""
    record = record_header(request.user, patient_id, now=timezone.now())
    sent = request.POST if request.method == "POST" else request.GET
    if not sent.get("treatment"):
        return _picker(request, record)
    treatment = access_treatment(request.user, sent["treatment"])
    form = course_form(request, treatment)
    wants_sums = request.POST.get("do") == "show"
    refusal: Any = None
    if request.method == "POST" and form.is_valid() and not wants_sums:
        try:
            course = _order(request, record, treatment, form)
        except (Invalid, OverMaximum, Conflict) as error:
            refusal = error
            show_refusal(form, error)
        else:
            messages.success(request, f"{treatment} is ordered.")
            return redirect("physician:course", course.pk)
    context = {
        "record": record,
        "tab": "courses",
        "treatment": treatment,
        "form": form,
        "refusal": refusal,
        "sums": sums_of(form) if request.method == "POST" else None,
        "consultation": sent.get("consultation", ""),
        "override_reason": sent.get("override_reason", "")[:500],
        **_told_by_rules(request, record, treatment, form, refusal),
    }
    template = "treatments/physician/course_new.html" + ("#sums" if request.htmx else "")
    status = refusal.status if refusal else 422 if form.errors and not wants_sums else 200
    return render(request, template, context, status=status)


def _told_by_rules(
    request: SignedInRequest,
    record: RecordHeader,
    treatment: CatalogueEntry,
    form: Any,
    refusal: Any,
) -> dict[str, Any]:
    """What the rules say about what is filled in so far, once it makes sense."""
    context = {"is_stopped": isinstance(refusal, NotAllowedByRules), "findings": []}
    if request.method == "POST" and form.is_valid():
        basics = form.basics()
        context["findings"] = findings_about_order(
            request.user,
            record.patient,
            treatment,
            form.detail(),
            (basics["start_date"] or timezone.localdate(), basics["end_date"]),
        )
    return context


def _order(
    request: SignedInRequest, record: RecordHeader, treatment: CatalogueEntry, form: Any
) -> TreatmentCourse:
    asked = checked(FromConsultationForm(request.POST)).cleaned_data
    named = asked["consultation"]
    consultation = named and access_consultation(request.user, record.patient, named)
    order = CourseOrder(
        patient=record.patient,
        treatment=treatment,
        detail=form.detail(),
        begins=form.cleaned_data["begins"] == "now",
        consultation=consultation,
        override_reason=asked["override_reason"],
        seen=asked["seen"],
        **form.basics(),
    )
    return order_course(
        order=order, today=timezone.localdate(), by=request.user, now=timezone.now()
    )


def _picker(request: SignedInRequest, record: RecordHeader) -> HttpResponse:
    """The catalogue by stepped care, what is gentle first."""
    text = request.GET.get("q", "")[:100].strip()
    wanted = text.casefold()
    offered = [
        entry
        for entry in treatments_to_order(request.user)
        if wanted in f"{entry.name} {entry.plain} {entry.kind}".casefold()
    ]
    offered.sort(key=_step)
    groups = [(STEPS.get(step, "Other"), list(group)) for step, group in groupby(offered, _step)]
    context = {
        "record": record,
        "tab": "courses",
        "q": text,
        "groups": groups,
        "consultation": request.GET.get("consultation", "")[:36],
    }
    template = "treatments/physician/course_pick.html" + ("#treatments" if request.htmx else "")
    return render(request, template, context)


def _step(entry: CatalogueEntry) -> int:
    return int(entry.details.get("step", 9))
