"""The portal: my care – what goes on, what comes next, and what to watch for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import THE_CLINIC
from patients.models import Patient
from patients.queries import own_record
from scheduling.models import Appointment
from scheduling.pages.patient.clock import zone_of
from scheduling.queries.board import upcoming_visits
from scheduling.queries.own_waits import own_waits
from treatments.actions.asking import link_works_until
from treatments.domain.plain_names import spoken
from treatments.queries import own_care as read
from treatments.queries.alarms import answer_token
from treatments.queries.hold_plans import own_instructions
from treatments.queries.own_diaries import open_blocks


@require_GET
@patient_page("patients.view_own")
def care(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """One page: after a procedure first, then what is due, courses, visits and medicines."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    zone = zone_of(patient.pk)
    with timezone.override(zone):
        context = _context(request, patient, zone, now)
        return render(request, "scheduling/patient/care.html", context)


def _context(
    request: SignedInRequest, patient: Patient, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    user, language = request.user, translation.get_language() or "en"
    visits = upcoming_visits(user, patient, now=now)
    courses = read.own_courses(user, patient, language=language, today=now.astimezone(zone).date())
    waits = own_waits(
        user,
        patient,
        courses=courses,
        done=read.latest_procedures(user, patient),
        visits=visits,
        language=language,
        zone=zone,
        now=now,
    )
    return {
        "patient": patient,
        "after": read.own_aftercare(user, patient, language=language, zone=zone, now=now),
        "signs": read.signs_to_watch(user, language),
        "questions": [
            answer_token(THE_CLINIC, row, until=link_works_until(row, now))
            for row in read.own_questions(user, patient, now=now)
        ],
        "blocks": open_blocks(user, patient, now=now),
        "courses": [(own, _next_visit(visits, own.id)) for own in courses],
        "prepared": _prepared(user, patient, visits, language, now),
        "waits": waits,
        "medicines": read.own_medicines(user, patient),
    }


def _next_visit(visits: Sequence[Appointment], course_id: UUID) -> Appointment | None:
    return next((visit for visit in visits if visit.course_id == course_id), None)


def _prepared(
    user: Any, patient: Patient, visits: Sequence[Appointment], language: str, now: datetime
) -> list[tuple[Appointment, str, str]]:
    """Coming visits for which there is something to do, with what: ours, and about medicines."""
    told = own_instructions(user, patient, now=now)
    is_spanish = spoken(language) == "es"
    rows = []
    for visit in visits:
        kind = visit.visit_type
        words = kind.preparation_es if is_spanish else kind.preparation_en
        if kind.needs_fasting or kind.needs_driver or words or visit.pk in told:
            rows.append((visit, words, told.get(visit.pk, "")))
    return rows
