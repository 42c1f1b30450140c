"""The portal: telling about oneself before a visit, one subject a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import Conflict, DomainError
from patients.models import Patient
from patients.queries import own_record
from scheduling.models import Appointment
from scheduling.pages.patient.clock import zone_of
from scheduling.pages.patient.told import Told, told_of
from scheduling.queries.board import upcoming_visits
from treatments.actions.intakes import PageChanged, change_sent, save_page, send_intake
from treatments.domain.instruments import Definition
from treatments.domain.intake import INSTRUMENTS, Subject, print_of
from treatments.forms.intake import LEADS, TITLES, PageForm, page_form
from treatments.queries.intakes import OwnIntake, own_intake, scales

_MORE_LINES = 3


@require_http_methods(["GET", "POST"])
@patient_page("patients.tell_own")
def intake(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was told and what is open; sending it, and changing what was sent."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if request.method == "GET":
        return _overview(request, patient, now)
    try:
        if request.POST.get("do") == "change":
            change_sent(patient=patient, by=request.user, now=now)
            return redirect("patient:intake", patient.pk)
        visit = _next_visit(request, patient, now)
        send_intake(
            patient=patient,
            appointment_id=visit.pk if visit else None,
            seen=request.POST.get("seen", ""),
            by=request.user,
            now=now,
        )
    except Conflict as refusal:
        return _overview(request, patient, now, refusal)
    messages.success(request, _("Thank you. Your care team has your answers now."))
    return redirect("patient:intake", patient.pk)


@require_http_methods(["GET", "POST"])
@patient_page("patients.tell_own")
def intake_page(request: SignedInRequest, patient_id: UUID, subject: str) -> HttpResponse:
    """One subject: shown as it was saved, or as it was last time; each sending saves it."""
    if subject not in set(Subject):
        raise Http404
    now, about = timezone.now(), Subject(subject)
    patient = own_record(request.user, patient_id, now=now)
    own = own_intake(request.user, patient)
    definition = _definition(request, about)
    if about in INSTRUMENTS and definition is None:
        return redirect(_after(patient, about))
    if request.method == "GET":
        said = own.said(about)
        seen = print_of(said)
        shown = said if said is not None else own.before(about)
        form = page_form(about, definition=definition, said=shown, seen=seen)
        return _page(request, patient, own, about, form)
    form = page_form(about, definition=definition, data=request.POST)
    if not form.is_valid():
        return _refused(request, patient, own, about, form)
    try:
        saved = save_page(
            patient=patient,
            subject=about,
            said=form.said(),
            seen=form.cleaned_data["seen"],
            by=request.user,
            now=now,
        )
    except DomainError as refusal:
        if refusal.status not in {400, 409}:
            raise
        return _collided(request, patient, about, definition, refusal)
    return _saved(request, patient, about, saved.answers[about], definition)


def _saved(
    request: SignedInRequest,
    patient: Patient,
    about: Subject,
    said: Mapping[str, Any],
    definition: Definition | None,
) -> HttpResponse:
    """On to the next page; more lines; or a word for the script that saves by itself."""
    if "Dorsa-Autosave" in request.headers:
        at = time_format(timezone.localtime(timezone=zone_of(patient.pk)), "TIME_FORMAT")
        return JsonResponse(
            {"words": _("Saved at %(time)s") % {"time": at}, "seen": print_of(said)}
        )
    if request.POST.get("do") == "more":
        form = page_form(
            about, definition=definition, said=said, seen=print_of(said), more=_MORE_LINES
        )
        own = own_intake(request.user, patient)
        return _page(request, patient, own, about, form)
    if request.POST.get("do") == "home":
        return redirect("patient:intake", patient.pk)
    return redirect(_after(patient, about))


def _after(patient: Patient, about: Subject) -> str:
    """The address of the next page; after the last one the overview, where it is sent."""
    subjects = list(Subject)
    place = subjects.index(about) + 1
    if place == len(subjects):
        return reverse("patient:intake", args=[patient.pk])
    return reverse("patient:intake-page", args=[patient.pk, subjects[place].value])


def _collided(
    request: SignedInRequest,
    patient: Patient,
    about: Subject,
    definition: Definition | None,
    refusal: DomainError,
) -> HttpResponse:
    """What was typed stays; beside it what another hand saved, and saving again goes over it."""
    own = own_intake(request.user, patient)
    data = request.POST.copy()
    data["seen"] = print_of(own.said(about))
    form = page_form(about, definition=definition, data=data)
    form.is_valid()
    form.add_error(None, refusal.sentence)
    theirs = told_of(about, own.said(about)) if isinstance(refusal, PageChanged) else None
    return _refused(request, patient, own, about, form, theirs, status=refusal.status)


def _refused(
    request: SignedInRequest,
    patient: Patient,
    own: OwnIntake,
    about: Subject,
    form: PageForm,
    theirs: Told | None = None,
    *,
    status: int = 422,
) -> HttpResponse:
    if "Dorsa-Autosave" in request.headers:
        complaint = next(iter(form.errors.values()))[0]
        return JsonResponse({"words": str(complaint)}, status=status)
    return _page(request, patient, own, about, form, theirs, status=status)


def _page(
    request: SignedInRequest,
    patient: Patient,
    own: OwnIntake,
    about: Subject,
    form: PageForm,
    theirs: Told | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    subjects = list(Subject)
    is_last_time = own.said(about) is None and own.before(about) is not None
    context = {
        "patient": patient,
        "form": form,
        "about": about.value,
        "kind": _kind(about),
        "title": TITLES[about],
        "lead": LEADS[about],
        "step": subjects.index(about) + 1,
        "steps": len(subjects),
        "last_time": own.sent.submitted_at if own.sent and is_last_time else None,
        "before": subjects[subjects.index(about) - 1].value if about != subjects[0] else "",
        "theirs": theirs,
    }
    return render(request, "scheduling/patient/intake_page.html", context, status=status)


def _kind(about: Subject) -> str:
    """Which part of the template draws it."""
    if about in INSTRUMENTS:
        return "numbers"
    return {Subject.REASON: "words", Subject.WHERE: "body"}.get(about, "lines")


def _overview(
    request: SignedInRequest, patient: Patient, now: datetime, refusal: DomainError | None = None
) -> HttpResponse:
    own = own_intake(request.user, patient)
    visit = _next_visit(request, patient, now)
    is_for_another = visit is not None and not own.is_told_for(visit.pk)
    is_telling = own.draft is not None or own.sent is None or is_for_another
    shown = own.answers if is_telling or own.sent is None else own.sent.answers
    subjects = [
        {"key": key.value, "title": TITLES[key], "told": told_of(key, shown.get(key))}
        for key in Subject
    ]
    context = {
        "patient": patient,
        "own": own,
        "is_telling": is_telling,
        "subjects": subjects,
        "is_told": any(shown.values()),
        "open_count": sum(key not in shown for key in Subject),
        "first_open": next((key.value for key in Subject if key not in shown), ""),
        "seen": print_of(own.answers),
        "visit": visit,
        "refusal": refusal.sentence if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "scheduling/patient/intake.html", context, status=status)


def _definition(request: SignedInRequest, about: Subject) -> Definition | None:
    key = INSTRUMENTS.get(about)
    return scales(request.user, key) if key else None


def _next_visit(request: SignedInRequest, patient: Patient, now: datetime) -> Appointment | None:
    return next(iter(upcoming_visits(request.user, patient, now=now)), None)
