"""The front desk: finding people, registering them, and what they agreed to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.accounts.invitations import mail_link
from clinic.shared.errors import DomainError
from clinic.shared.uploads import as_download, check_file, takes_files
from patients.actions.care_team import join_care_team, leave_care_team
from patients.actions.consents import record_consent
from patients.actions.documents import file_document
from patients.actions.portal import (
    grant_portal_access,
    renew_portal_access,
    revoke_portal_access,
)
from patients.actions.register import LikelyDuplicate, register_patient
from patients.forms.agreements import ConsentForm, DocumentForm, PortalAccessForm
from patients.forms.care import CarerForm
from patients.forms.people import PersonSearchForm, RegistrationForm
from patients.models import Patient
from patients.models.care_team import CareTeamReason
from patients.models.document import DocumentKind
from patients.models.portal import Relationship
from patients.queries import access_patient, agreements, care, papers, search


@require_GET
@desk_page("patients.search")
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person by any part of a name, phone, birth date or record number."""
    text = PersonSearchForm(request.GET).text()
    found = search(request.user, text, today=timezone.localdate())
    template = "patients/desk/people.html" + ("#found" if request.htmx else "")
    return render(request, template, {"q": text, "people": found})


@require_GET
@desk_page("patients.view_contact")
def person(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who somebody is, how to reach them, who pays. Nothing clinical."""
    patient = access_patient(request.user, patient_id, now=timezone.now())
    return render(request, "patients/desk/person.html", {"patient": patient})


@require_http_methods(["GET", "POST"])
@desk_page("patients.register")
def register(request: SignedInRequest) -> HttpResponse:
    """Register a person, unless they turn out to be here already."""
    if request.method == "GET":
        return render(request, "patients/desk/register.html", {"form": RegistrationForm()})
    form = RegistrationForm(request.POST)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            patient = register_patient(
                registration=form.registration(),
                is_another_person="is_another_person" in request.POST,
                by=request.user,
                now=timezone.now(),
            )
        except LikelyDuplicate as duplicate:
            context |= {"duplicates": duplicate.people}
            return render(request, "patients/desk/register.html", context, status=409)
        messages.success(request, f"{patient} is registered as {patient.record_number}.")
        return redirect("desk:person", patient.pk)
    return render(request, "patients/desk/register.html", context, status=422)


@require_http_methods(["GET", "POST"])
@desk_page("patients.manage_care_team")
def care_team(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who looks after this person; and a form for one more."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    members = care.care_team(request.user, patient)
    form = CarerForm(request.POST or None, carers=care.possible_carers(request.user))
    if request.method == "POST" and form.is_valid():
        user = form.cleaned_data["user"]
        join_care_team(
            patient=patient, users=[user], reason=CareTeamReason.NAMED, by=request.user, now=now
        )
        messages.success(request, f"{user} now looks after {patient}.")
        return redirect("desk:care-team", patient.pk)
    context = {"patient": patient, "form": form, "members": members}
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/desk/care_team.html", context, status=status)


@require_POST
@desk_page("patients.manage_care_team")
def leave(request: SignedInRequest, patient_id: UUID, member_id: int) -> HttpResponse:
    """Somebody does not look after this person any more."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    member = care.access_care_team_member(request.user, patient, member_id)
    leave_care_team(member=member, by=request.user, now=now)
    messages.success(request, f"{member} is no longer in the care team.")
    return redirect("desk:care-team", patient.pk)


@takes_files
@require_http_methods(["GET", "POST"])
@desk_page("patients.manage_consents")
def documents(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The person's scanned papers; and a form for one more."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            file_document(
                patient=patient,
                kind=DocumentKind(form.cleaned_data["kind"]),
                file=check_file(form.cleaned_data["file"]),
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error("file", error.sentence)
        else:
            messages.success(request, "The paper is filed.")
            return redirect("desk:documents", patient.pk)
    papers_there = papers.documents(request.user, patient)
    context = {"patient": patient, "form": form, "documents": papers_there}
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/desk/documents.html", context, status=status)


@require_GET
@desk_page("patients.manage_consents")
def document(request: SignedInRequest, patient_id: UUID, document_id: UUID) -> HttpResponse:
    """One paper, to be saved."""
    patient = access_patient(request.user, patient_id, now=timezone.now())
    paper = papers.access_document(request.user, patient, document_id)
    return as_download(bytes(paper.content), media_type=paper.media_type, name=paper.file_name)


@require_GET
@desk_page("patients.manage_consents")
def consents(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What the person agreed to, and who sees the record in the portal."""
    patient = access_patient(request.user, patient_id, now=timezone.now())
    return _agreements(request, patient)


@require_POST
@desk_page("patients.manage_consents")
def decide(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Write a decision down."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            record_consent(patient=patient, decision=form.decided(), by=request.user, now=now)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "The decision is kept.")
            return redirect("desk:consents", patient.pk)
    return _agreements(request, patient, consent_form=form)


@require_POST
@desk_page("patients.manage_consents")
def grant(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Let somebody see the record in the portal."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = PortalAccessForm(request.POST)
    if form.is_valid():
        try:
            _grant(request, patient, form.cleaned_data, now)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("desk:consents", patient.pk)
    return _agreements(request, patient, portal_form=form)


def _grant(request: SignedInRequest, patient: Patient, wish: dict[str, Any], now: datetime) -> None:
    granted = grant_portal_access(
        patient=patient,
        email=wish["email"],
        name=wish["name"],
        relationship=Relationship(wish["relationship"]),
        until_date=wish["until_date"],
        by=request.user,
        now=now,
    )
    if granted.is_new_user:
        mail_link(request, granted.access.user)
    messages.success(request, f"{wish['name']} can see this record in the portal.")


@require_POST
@desk_page("patients.manage_consents")
def renew(request: SignedInRequest, patient_id: UUID, access_id: int) -> HttpResponse:
    """A grown-up child agrees that their parent still sees the record."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    access = agreements.access_portal_access(request.user, patient, access_id)
    renew_portal_access(access=access, by=request.user, now=now)
    messages.success(request, f"{access.user} still sees this record.")
    return redirect("desk:consents", patient.pk)


@require_POST
@desk_page("patients.manage_consents")
def revoke(request: SignedInRequest, patient_id: UUID, access_id: int) -> HttpResponse:
    """Close the record to somebody."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    access = agreements.access_portal_access(request.user, patient, access_id)
    revoke_portal_access(access=access, by=request.user, now=now)
    messages.success(request, f"{access.user} does not see this record any more.")
    return redirect("desk:consents", patient.pk)


def _agreements(
    request: SignedInRequest,
    patient: Patient,
    consent_form: ConsentForm | None = None,
    portal_form: PortalAccessForm | None = None,
) -> HttpResponse:
    context = {
        "patient": patient,
        "today": timezone.localdate(),
        "consents": agreements.consents(request.user, patient),
        "accesses": agreements.portal_accesses(request.user, patient),
        "consent_form": consent_form or ConsentForm(initial={"given_by": patient.name}),
        "portal_form": portal_form or PortalAccessForm(),
    }
    status = 422 if consent_form or portal_form else 200
    return render(request, "patients/desk/consents.html", context, status=status)
