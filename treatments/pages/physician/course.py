"""The clinician: one course; what is done with it and written into it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import Conflict, DomainError, Invalid
from clinic.shared.forms import checked
from treatments.actions.course_changes import CourseChange, change_course
from treatments.actions.course_rows import OverMaximum
from treatments.actions.course_steps import CourseStepRefused, take_course_step
from treatments.actions.courses import change_dose
from treatments.actions.documents import StaleDraft
from treatments.actions.limits import NotAllowedByRules
from treatments.actions.visits import (
    Visit,
    VisitThereAlready,
    record_self_care,
    record_visit,
    void_visit,
)
from treatments.domain.states import CourseStatus
from treatments.forms.courses import (
    DoseChangeForm,
    SaidToRulesForm,
    SelfCareForm,
    StepForm,
    VisitForm,
    show_refusal,
)
from treatments.forms.laid_over import lay_over
from treatments.models import CourseForm, TreatmentCourse, VisitOutcome
from treatments.pages.physician.course_forms import course_form, sums_of
from treatments.pages.physician.doors import opens_chart
from treatments.queries.courses import access_course, access_visit, course_view
from treatments.queries.follow_ups import open_follow_ups
from treatments.queries.record import record_header


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def course(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Where the course stands, what was counted, and what may be done."""
    return _show(request, course_id)


@require_POST
@physician_page("treatments.manage_courses")
@opens_chart
def step(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Begin, pause, resume, complete, stop."""
    now, today = timezone.now(), timezone.localdate()
    found = access_course(request.user, course_id, now=now)
    form = StepForm(request.POST)
    status, is_stopped = 422, False
    if form.is_valid():
        wish = form.cleaned_data
        try:
            done = take_course_step(
                course=found,
                to=_status(wish["to"]),
                on=wish["on"] or today,
                today=today,
                reason=wish["reason"],
                override_reason=wish["override_reason"],
                by=request.user,
                now=now,
            )
        except (Invalid, CourseStepRefused, NotAllowedByRules) as error:
            show_refusal(form, error)
            is_stopped = isinstance(error, NotAllowedByRules) or bool(wish["override_reason"])
            status = 409 if isinstance(error, NotAllowedByRules) else 422
        else:
            due = sum(
                row.course_id == done.pk for row in open_follow_ups(request.user, found.patient)
            )
            left = f" Its follow-ups that are still open: {due}." if due else ""
            messages.success(request, f"{found} is {done.get_status_display().lower()}.{left}")
            return redirect("physician:course", course_id)
    return _show(request, course_id, status=status, step_form=form, is_stopped=is_stopped)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.manage_courses")
@opens_chart
def change(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Say something else of the course; the second of two writers sees what differs."""
    now = timezone.now()
    found = access_course(request.user, course_id, now=now)
    form = course_form(request, found.treatment, found)
    # Where it stands is changed by its steps.
    del form.fields["begins"]
    revision, refusal = _revision(request, found.revision), None
    said = checked(SaidToRulesForm(request.POST)).cleaned_data
    if request.method == "POST" and form.is_valid():
        try:
            change_course(
                course=found,
                change=CourseChange(form.detail(), **form.basics(), **said),
                revision=revision,
                today=timezone.localdate(),
                by=request.user,
                now=now,
            )
        except (Invalid, OverMaximum, Conflict) as error:
            refusal = error
            if isinstance(error, StaleDraft):
                found, form = _laid_over(request, course_id, error, now)
                revision = error.details["revision"]
            else:
                show_refusal(form, error)
        else:
            messages.success(request, "The course is changed.")
            return redirect("physician:course", course_id)
    context = {
        "form": form,
        "revision": revision,
        "refusal": refusal,
        "differs": _differs(refusal),
        **_in_spite(refusal, said),
    }
    return _form_page(request, found, "course_change", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.manage_courses")
@opens_chart
def dose(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Another dose: a new course that follows this one."""
    now, today = timezone.now(), timezone.localdate()
    found = access_course(request.user, course_id, now=now)
    if found.form != CourseForm.MEDICATION:
        raise Invalid("Only a medication has a dose.")
    form = course_form(request, found.treatment, found)
    for name in ("begins", "start_date", "end_date", "goal", "instructions"):
        del form.fields[name]
    posted = request.POST if request.method == "POST" else None
    when = DoseChangeForm(posted, initial={"on": today})
    refusal: DomainError | None = None
    said = checked(SaidToRulesForm(request.POST)).cleaned_data
    if posted and form.is_valid() and when.is_valid():
        wish = when.cleaned_data
        try:
            following = change_dose(
                course=found,
                order=form.detail(),
                on=wish["on"],
                today=today,
                reason=wish["reason"],
                **said,
                by=request.user,
                now=now,
            )
        except (Invalid, OverMaximum, Conflict) as error:
            refusal = error
            show_refusal(when if "on" in error.details.get("fields", {}) else form, error)
        else:
            messages.success(request, "The old dose ends, the new one begins.")
            return redirect("physician:course", following.pk)
    context = {
        "form": form,
        "when": when,
        "refusal": refusal,
        **_in_spite(refusal, said),
    }
    return _form_page(request, found, "course_dose", context)


@require_POST
@physician_page("treatments.record_visits")
@opens_chart
def visits(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Write down that somebody came, or did not."""
    now = timezone.now()
    found = access_course(request.user, course_id, now=now)
    form = VisitForm(request.POST)
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        visit = Visit(
            occurred_at=form.when(now),
            outcome=VisitOutcome(said["outcome"]),
            minutes=said["minutes"],
            note=said["note"],
            is_progress_report=said["is_progress_report"],
        )
        try:
            record_visit(
                course=found, visit=visit, is_another=said["is_another"], by=request.user, now=now
            )
        except (Invalid, VisitThereAlready) as error:
            show_refusal(form, error)
            status = error.status
        else:
            messages.success(request, f"The visit of {found.patient} is recorded.")
            if "from_list" in request.POST:
                return redirect("physician:therapy")
            return redirect("physician:course", course_id)
    return _show(request, course_id, status=status, visit_form=form, is_doubled=status == 409)


@require_POST
@physician_page("treatments.record_visits")
@opens_chart
def void(request: SignedInRequest, course_id: UUID, therapy_visit_id: UUID) -> HttpResponse:
    """A visit that was entered by mistake counts no more."""
    now = timezone.now()
    found = access_course(request.user, course_id, now=now)
    visit = access_visit(request.user, found, therapy_visit_id)
    void_visit(visit=visit, by=request.user, now=now)
    messages.success(request, "The visit counts no more.")
    return redirect("physician:course", course_id)


@require_POST
@physician_page("treatments.record_visits")
@opens_chart
def checks(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Write down how often somebody did it last week."""
    now, today = timezone.now(), timezone.localdate()
    found = access_course(request.user, course_id, now=now)
    form = SelfCareForm(request.POST)
    if form.is_valid():
        try:
            record_self_care(
                course=found,
                asked_date=form.asked(today),
                times_done=form.cleaned_data["times_done"],
                note=form.cleaned_data["note"],
                today=today,
                by=request.user,
                now=now,
            )
        except Invalid as error:
            show_refusal(form, error)
        else:
            messages.success(request, "Written down.")
            return redirect("physician:course", course_id)
    return _show(request, course_id, status=422, check_form=form)


def _show(
    request: SignedInRequest, course_id: UUID, *, status: int = 200, **forms: Any
) -> HttpResponse:
    now = timezone.now()
    view = course_view(request.user, course_id, today=timezone.localdate(), now=now)
    context = {
        "record": record_header(request.user, view.course.patient_id, now=now),
        "tab": "courses",
        "view": view,
        "course": view.course,
        "step_form": StepForm(),
        "visit_form": VisitForm(),
        "check_form": SelfCareForm(),
        "is_doubled": False,
        "is_stopped": False,
        "today": timezone.localdate(),
    }
    return render(request, "treatments/physician/course.html", context | forms, status=status)


def _form_page(
    request: SignedInRequest, found: Any, template: str, context: dict[str, Any]
) -> HttpResponse:
    refusal, form = context["refusal"], context["form"]
    context |= {
        "record": record_header(request.user, found.patient_id, now=timezone.now()),
        "tab": "courses",
        "course": found,
        "treatment": found.treatment,
        "sums": sums_of(form) if request.method == "POST" else None,
    }
    wrong = form.errors or (context.get("when") and context["when"].errors)
    status = refusal.status if refusal else 422 if wrong else 200
    return render(request, f"treatments/physician/{template}.html", context, status=status)


def _in_spite(refusal: DomainError | None, said: dict[str, Any]) -> dict[str, Any]:
    """What the field for a reason needs; it stays once somebody has written one."""
    reason = said["override_reason"]
    is_stopped = isinstance(refusal, NotAllowedByRules) or bool(reason)
    return {"is_stopped": is_stopped, "override_reason": reason}


def _status(text: str) -> CourseStatus:
    try:
        return CourseStatus(text)
    except ValueError:
        raise Invalid("There is no such step.") from None


def _revision(request: SignedInRequest, current: int) -> int:
    if request.method != "POST":
        return current
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


# What the form of a prescription calls otherwise than its order, or asks in two fields.
_FIELDS = {
    "drug": ("product",),
    "strength": ("product", "strength"),
    "dose": ("dose", "dose_unit"),
    "prescriber_id": ("prescriber",),
}


def _laid_over(
    request: SignedInRequest, course_id: UUID, refusal: StaleDraft, now: datetime
) -> tuple[TreatmentCourse, Any]:
    """The course as it is now, and its form with what the writer changed laid over it."""
    found = access_course(request.user, course_id, now=now)
    form = course_form(request, found.treatment, found)
    del form.fields["begins"]
    lay_over(form, {own for n in refusal.details["changed"] for own in _FIELDS.get(n, (n,))})
    return found, form


def _differs(refusal: DomainError | None) -> list[tuple[str, Any, Any]]:
    if not isinstance(refusal, StaleDraft):
        return []
    fields = refusal.details["fields"].items()
    return [
        (name.replace("_", " ").capitalize(), both["yours"], both["theirs"])
        for name, both in fields
    ]
