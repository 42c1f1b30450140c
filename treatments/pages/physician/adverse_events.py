"""The clinician: what went wrong, and the report about it."""

import csv
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError
from clinic.shared.forms import checked
from clinic.shared.spreadsheets import harmless
from treatments.actions.adverse_events import (
    StaleEvent,
    change_adverse_event,
    record_adverse_event,
)
from treatments.forms.adverse_events import AboutForm, HarmForm, PeriodForm, initial_harm
from treatments.forms.laid_over import lay_over
from treatments.models import AdverseEvent
from treatments.pages.physician.doors import opens_chart
from treatments.queries import adverse_events as read
from treatments.queries.event_report import event_report
from treatments.queries.record import RecordHeader, record_header
from treatments.queries.scores import recent_courses, recent_procedures


@require_GET
@physician_page("treatments.record_adverse_events")
@opens_chart
def events(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Everything bad that happened to a person."""
    record = record_header(request.user, patient_id, now=timezone.now())
    context = {
        "record": record,
        "tab": "events",
        "rows": read.event_rows(request.user, record.patient),
    }
    return render(request, "treatments/physician/events.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.record_adverse_events")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Write down an event, alone or from a procedure (`?procedure=`)."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    named = checked(AboutForm(request.GET)).cleaned_data["procedure"]
    form = _form(request, record, {"onset_at": now, "about": f"p{named}" if named else ""})
    if request.method == "POST" and form.is_valid():
        try:
            record_adverse_event(
                patient=record.patient,
                harm=form.harm(),
                today=timezone.localdate(),
                by=request.user,
                now=now,
            )
        except DomainError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, "The event is written down.")
            return redirect("physician:events", record.patient.pk)
    context = {"record": record, "tab": "events", "form": form, "clashes": [], "row": None}
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/physician/event.html", context, status=status)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.record_adverse_events")
@opens_chart
def event(request: SignedInRequest, event_id: UUID) -> HttpResponse:
    """See an event, and write down what is known now."""
    now = timezone.now()
    found = read.access_event(request.user, event_id, now=now)
    record = record_header(request.user, found.patient_id, now=now)
    form = _form(request, record, initial_harm(found), found)
    status, clashes = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _change(request, found, form, now)
            except StaleEvent as refusal:
                found = read.access_event(request.user, event_id, now=now)
                form = _form(request, record, initial_harm(found), found)
                status, clashes = 409, _clashes(form, refusal)
            except DomainError as refusal:
                _tell(form, refusal)
            else:
                messages.success(request, "The event is changed.")
                return redirect("physician:events", found.patient_id)
    context = {
        "record": record,
        "tab": "events",
        "form": form,
        "clashes": clashes,
        "row": read.seen_event(request.user, found),
    }
    return render(request, "treatments/physician/event.html", context, status=status)


@require_GET
@physician_page("treatments.view_effects")
def report(request: SignedInRequest) -> HttpResponse:
    """Events by risk, grade and treatment; and whose they were, of the people one looks after."""
    form = PeriodForm(request.GET)
    asked = form if form.is_valid() else checked(PeriodForm({}))
    first, last = asked.days(timezone.localdate())
    context = {
        "form": PeriodForm(initial={"first_date": first, "last_date": last})
        if form.is_valid()
        else form,
        "report": event_report(request.user, first_date=first, last_date=last),
        "rows": read.event_people(
            request.user, first_date=first, last_date=last, now=timezone.now()
        ),
        "query": urlencode({"first_date": first.isoformat(), "last_date": last.isoformat()}),
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/physician/event_report.html", context, status=status)


@require_GET
@physician_page("treatments.view_effects")
def report_csv(request: SignedInRequest) -> HttpResponse:
    """The events of the people one looks after, as a file."""
    first, last = checked(PeriodForm(request.GET)).days(timezone.localdate())
    rows = read.event_people(request.user, first_date=first, last_date=last, now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"adverse-events-{first}-{last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(_COLUMNS)
    writer.writerows(harmless(_cells(row)) for row in rows)
    return response


_COLUMNS = (
    "Record",
    "Name",
    "Began",
    "Risk",
    "Grade",
    "Serious",
    "After",
    "Days after",
    "Related",
    "Outcome",
    "Description",
    "Actions",
    "Reported to",
    "Reported on",
)


def _cells(row: read.EventRow) -> list[object]:
    event = row.event
    done = event.procedure or event.course
    return [
        event.patient.record_number,
        event.patient.name,
        timezone.localtime(event.onset_at).isoformat(timespec="minutes"),
        event.risk.name,
        event.grade,
        "yes" if row.is_serious else "no",
        str(done) if done else "",
        "" if row.days is None else row.days,
        event.get_relatedness_display(),
        event.get_outcome_display(),
        event.description,
        event.actions_taken,
        event.reported_to,
        _day(event.reported_date),
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _form(
    request: SignedInRequest,
    record: RecordHeader,
    initial: dict[str, Any],
    found: AdverseEvent | None = None,
) -> HarmForm:
    """The form; what an event names stays among the choices, however long ago it was."""
    risks = read.risks(request.user)
    procedures = recent_procedures(request.user, record.patient)
    courses = recent_courses(request.user, record.patient)
    if found is not None:
        risks += [found.risk] if found.risk not in risks else []
        if found.procedure and found.procedure not in procedures:
            procedures.append(found.procedure)
        if found.course and found.course not in courses:
            courses.append(found.course)
    return HarmForm(
        request.POST or None, initial=initial, risks=risks, procedures=procedures, courses=courses
    )


# What the form calls otherwise than the event.
_FIELDS = {"procedure": "about", "course": "about"}


def _change(request: SignedInRequest, found: AdverseEvent, form: HarmForm, now: datetime) -> None:
    change_adverse_event(
        event=found,
        harm=form.harm(),
        revision=form.cleaned_data["revision"] or found.revision,
        today=timezone.localdate(),
        by=request.user,
        now=now,
    )


def _clashes(form: HarmForm, refusal: StaleEvent) -> list[dict[str, Any]]:
    """What both changed; the form has that as it was typed, and the rest as it is now."""
    lay_over(form, {_FIELDS.get(name, name) for name in refusal.details["changed"]})
    form.is_valid()
    form.add_error(None, refusal.sentence)
    labels = {name: field.label for name, field in form.fields.items()}
    return [
        {"name": labels.get(_FIELDS.get(name, name)), **both}
        for name, both in refusal.details["fields"].items()
    ]


def _tell(form: HarmForm, refusal: DomainError) -> None:
    fields = refusal.details.get("fields", {})
    for name, complaints in fields.items():
        form.add_error(_FIELDS.get(name, name), complaints[0])
    if not fields:
        form.add_error(None, refusal.sentence)
