"""The portal: what was done, in plain words, to be read, printed and kept."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.uploads import as_download
from patients.models import Patient
from patients.queries import own_record
from patients.queries import papers as filed
from scheduling.queries.answer_time import promise_to
from scheduling.queries.board import upcoming_visits
from scheduling.queries.past_visits import access_past_visit, past_visits, who_was_there
from treatments.domain.aftercare import aftercare_in
from treatments.models import CatalogueEntry
from treatments.queries import own_papers as read
from treatments.queries.alarms import questions

MAY = "scheduling.view_own_visits"


@require_GET
@patient_page(MAY)
def papers(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What there is to read: visits, consultations, procedures, and papers that staff shared."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    context = {
        "patient": patient,
        "visits": past_visits(request.user, patient),
        "consultations": read.own_consultations(request.user, patient),
        "procedures": [
            (row, _name(row.treatment) or row.text)
            for row in read.own_procedures(request.user, patient)
        ],
        "documents": filed.shared_documents(request.user, patient),
    }
    return render(request, "scheduling/patient/papers.html", context)


@require_GET
@patient_page(MAY)
def paper_visit(request: SignedInRequest, patient_id: UUID, appointment_id: UUID) -> HttpResponse:
    """A visit that took place: when, where, with whom, and what comes next."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    visit = access_past_visit(request.user, patient, appointment_id)
    context = {"visit": visit, "clinicians": who_was_there(request.user, visit)}
    return _paper(request, patient, "scheduling/patient/paper_visit.html", context)


@require_GET
@patient_page(MAY)
def paper_consultation(
    request: SignedInRequest, patient_id: UUID, consultation_id: UUID
) -> HttpResponse:
    """A signed consultation: what was found, and what was agreed."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    row = read.access_own_consultation(request.user, patient, consultation_id)
    context = {
        "consultation": row,
        "found": [(d.text, _plain(d.cause)) for d in row.diagnoses.all()],
        "agreed": [(_name(c.treatment), _plain(c.treatment)) for c in row.courses.all()],
    }
    return _paper(request, patient, "scheduling/patient/paper_consultation.html", context)


@require_GET
@patient_page(MAY)
def paper_procedure(request: SignedInRequest, patient_id: UUID, procedure_id: int) -> HttpResponse:
    """A signed procedure: what was done, and what to do now."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    row = read.access_own_procedure(request.user, patient, procedure_id)
    protocol = row.treatment.details.get("protocol", "") if row.treatment else ""
    context = {
        "procedure": row,
        "name": _name(row.treatment) or row.text,
        "plain": _plain(row.treatment),
        "aftercare": aftercare_in(_language(), row.aftercare, protocol),
    }
    return _paper(request, patient, "scheduling/patient/paper_procedure.html", context)


@require_GET
@patient_page(MAY)
def paper_file(request: SignedInRequest, patient_id: UUID, document_id: UUID) -> HttpResponse:
    """A paper that staff shared, to be saved."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    found = filed.access_shared_document(request.user, patient, document_id)
    return as_download(bytes(found.content), media_type=found.media_type, name=found.file_name)


def _paper(
    request: SignedInRequest, patient: Patient, template: str, context: dict[str, Any]
) -> HttpResponse:
    """A page with what all of them end with: the next visit, what to watch for, whom to call."""
    now = timezone.now()
    promise = promise_to(THE_CLINIC, patient, now=now)
    context |= {
        "patient": patient,
        "promise": promise,
        "next_visit": next(iter(upcoming_visits(request.user, patient, now=now)), None),
        "watch": [one.words for one in questions(request.user, _language())],
    }
    with timezone.override(promise.zone):
        return render(request, template, context)


def _language() -> str:
    return "es" if (get_language() or "").startswith("es") else "en"


def _name(entry: CatalogueEntry | None) -> str:
    if entry is None:
        return ""
    return entry.name_es or entry.name if _language() == "es" else entry.name


def _plain(entry: CatalogueEntry | None) -> str:
    if entry is None:
        return ""
    return entry.plain_es or entry.plain if _language() == "es" else entry.plain
