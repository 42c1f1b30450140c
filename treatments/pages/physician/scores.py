"""The clinician: scores of a person, and the diary of a block."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.errors import DomainError
from clinic.shared.forms import checked
from patients.models import Patient
from treatments.actions.diary_merging import StaleDiary
from treatments.actions.outcomes import record_diary, record_responses, void_response
from treatments.domain.score_chart import Picture, draw
from treatments.forms.own_diaries import ACTIVITIES, TOOK
from treatments.forms.scores import (
    DiaryForm,
    ScoresForm,
    VoidForm,
    initial_diary,
    usual_link,
)
from treatments.models import PainDiaryEntry, Procedure
from treatments.pages.physician.doors import opens_chart
from treatments.queries import scores as read
from treatments.queries.effects import effects_for
from treatments.queries.own_diaries import pain_days_in_chart
from treatments.queries.record import record_header

# So much of a person's own diary stands in the chart as days; the picture has it as weeks.
OWN_DAYS = 30


@require_GET
@physician_page("treatments.record_outcomes")
@opens_chart
def scores(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Every score, as a picture and a table, and what helped this person."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    rows = read.score_rows(request.user, record.patient)
    procedures = read.recent_procedures(request.user, record.patient)
    context = {
        "record": record,
        "tab": "scores",
        "rows": [row for row in rows if not row.definition.is_diary],
        "diary_rows": [row for row in rows if row.definition.is_diary],
        "picture": _picture(rows, procedures),
        "effects": effects_for(
            request.user, record.patient, zone=timezone.get_current_timezone(), now=now
        ),
        "diaries": [row for row in procedures if row.has_diary],
        "pain_days": _own_diary(request, record.patient, now),
    }
    return render(request, "treatments/physician/scores.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.record_outcomes")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Ask for scores: one press a question."""
    now = timezone.now()
    record = record_header(request.user, patient_id, now=now)
    procedures = read.recent_procedures(request.user, record.patient)
    # Coming from the page of a procedure, that one is meant; else what was done last.
    meant = [row for row in procedures if str(row.pk) == request.GET.get("procedure")] or procedures
    asked = [(row, read.definition_of(request.user, row)) for row in read.instruments(request.user)]
    form = ScoresForm(
        request.POST or None,
        initial={"authored_at": now, "respondent": "patient", **usual_link(meant, now)},
        asked=asked,
        procedures=procedures,
        courses=read.recent_courses(request.user, record.patient),
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_responses(
                patient=record.patient, answered=form.answered(), by=request.user, now=now
            )
        except DomainError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, "The scores are written down.")
            return redirect("physician:scores", record.patient.pk)
    context = {"record": record, "tab": "scores", "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/physician/score_new.html", context, status=status)


@require_POST
@physician_page("treatments.record_outcomes")
@opens_chart
def void(request: SignedInRequest, response_id: UUID) -> HttpResponse:
    """Take back an answer that was entered by mistake."""
    now = timezone.now()
    found = read.access_response(request.user, response_id, now=now)
    reason = checked(VoidForm(request.POST)).cleaned_data["reason"]
    void_response(response=found, reason=reason, by=request.user, now=now)
    messages.success(request, "That score counts no more.")
    return redirect("physician:scores", found.patient_id)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.record_outcomes")
@opens_chart
def diary(request: SignedInRequest, nerve_block_id: int) -> HttpResponse:
    """The hours after a block, and what they say about it."""
    now = timezone.now()
    found = read.access_diary(request.user, nerve_block_id, now=now)
    record = record_header(request.user, found.patient.pk, now=now)
    shown = initial_diary(found.before, found.lines)
    if found.before is None and found.procedure.pain_before is not None:
        shown |= {"before": found.procedure.pain_before}
    form = DiaryForm(request.POST or None, initial=shown, item=found.definition.items[0])
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            record_diary(
                procedure=found.procedure,
                instrument=found.instrument,
                before=_before(form, found),
                entries=form.entries(),
                seen=form.seen(),
                by=request.user,
                now=now,
            )
        except StaleDiary as refusal:
            status = refusal.status
            found = read.access_diary(request.user, nerve_block_id, now=now)
            form.show_both(initial_diary(found.before, found.lines), refusal)
        except DomainError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, "The diary is saved.")
            return redirect("physician:diary", found.procedure.pk)
    context = {"record": record, "tab": "scores", "form": form, "diary": found}
    return render(request, "treatments/physician/diary.html", context, status=status)


def _own_diary(
    request: SignedInRequest, patient: Patient, now: datetime
) -> list[tuple[PainDiaryEntry, list[str], str]]:
    """The last weeks of the person's own diary, newest first, in words."""
    today = timezone.localdate(now)
    since = today - timedelta(days=OWN_DAYS)
    days = pain_days_in_chart(request.user, patient, since=since, until=today)
    took, active = dict(TOOK), dict(ACTIVITIES)
    return [
        (row, [str(took[key]) for key in row.took], str(active.get(row.activity, "")))
        for row in reversed(days)
    ]


def _before(form: DiaryForm, found: read.Diary) -> int | None:
    """The pain before the block; what the page only proposed does not speak against an answer."""
    said: int | None = form.cleaned_data["before"]
    is_proposed = form.seen()[None] is None and said == found.procedure.pain_before
    return None if is_proposed and found.before is not None else said


def _picture(rows: list[read.ScoreRow], procedures: list[Procedure]) -> Picture | None:
    """Scores that run from 0 to 10, which share an axis; the table has them all."""
    lines: dict[str, list[Any]] = {}
    for row in rows:
        score = row.response.score
        if score is not None and row.definition.reach[1] == 10 and not row.definition.is_diary:
            name = row.definition.name
            lines.setdefault(name, []).append((row.response.authored_at, score))
    done = [(row.performed_at, row.text) for row in procedures if row.performed_at]
    return draw(list(lines.items()), done)


def _tell(form: Any, refusal: DomainError) -> None:
    fields = refusal.details.get("fields", {})
    known = [name for name in fields if name in form.fields]
    for name in known:
        form.add_error(name, fields[name][0])
    if not known:
        form.add_error(None, refusal.sentence)
