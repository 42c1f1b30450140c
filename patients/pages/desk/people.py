"""The front desk: finding people, registering them, and what they agreed to."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import DomainError
from clinic.shared.uploads import as_download, check_file, takes_files
from patients.actions.care_team import join_care_team, leave_care_team
from patients.actions.communication import set_preference
from patients.actions.communication import write_again as lift_stop
from patients.actions.consents import record_consent
from patients.actions.documents import file_document, share_document, stop_sharing_document
from patients.actions.register import LikelyDuplicate, register_patient
from patients.forms.agreements import ConsentForm, DocumentForm
from patients.forms.care import CarerForm
from patients.forms.people import PersonSearchForm, RegistrationForm
from patients.forms.reach import ReachForm, WriteAgainForm, reach_initial
from patients.models import Patient
from patients.models.care_team import CareTeamReason
from patients.models.document import DocumentKind
from patients.queries import access_patient, agreements, care, papers, search
from patients.queries.reach import access_stop, proven_lately, reach_card


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
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    card = reach_card(request.user, patient, zone=_zone(), now=now)
    changed = proven_lately(request.user, patient, now=now)
    context = {"patient": patient, "card": card, "changed": changed}
    return render(request, "patients/desk/person.html", context)


@require_http_methods(["GET", "POST"])
@desk_page("patients.manage_consents")
def reach(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """How this person wants to be reached, and whether messages arrive."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = ReachForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        set_preference(patient=patient, wish=form.wish(), by=request.user, now=now)
        messages.success(request, f"That is how we reach {patient} from now on.")
        return redirect("desk:person", patient.pk)
    return _reach(request, patient, now, form)


@require_POST
@desk_page("patients.manage_consents")
def write_again(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Messages may be sent to an address again to which they were stopped."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = WriteAgainForm(request.POST)
    if form.is_valid():
        stop = access_stop(request.user, patient, form.cleaned_data["stop"])
        reason = form.cleaned_data["reason"]
        try:
            lift_stop(patient=patient, suppression=stop, reason=reason, by=request.user, now=now)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"Messages go to {stop.address} again.")
            return redirect("desk:reach", patient.pk)
    return _reach(request, patient, now, None, form)


def _reach(
    request: SignedInRequest,
    patient: Patient,
    now: datetime,
    form: ReachForm | None,
    again: WriteAgainForm | None = None,
) -> HttpResponse:
    card = reach_card(request.user, patient, zone=_zone(), now=now)
    context = {
        "patient": patient,
        "card": card,
        "form": form or ReachForm(initial=reach_initial(card)),
        "again": again,
    }
    status = 422 if form or again else 200
    return render(request, "patients/desk/reach.html", context, status=status)


def _zone() -> ZoneInfo:
    """Where the viewer is: the hours themselves count on the clock of each visit's place."""
    return ZoneInfo(timezone.get_current_timezone_name())


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


@require_POST
@desk_page("patients.manage_consents")
def share(request: SignedInRequest, patient_id: UUID, document_id: UUID) -> HttpResponse:
    """Show a paper to the person in the portal, or not any more."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    paper = papers.access_document(request.user, patient, document_id)
    act = stop_sharing_document if request.POST.get("stop") else share_document
    act(document=paper, by=request.user, now=now)
    messages.success(request, "That is what the person sees in the portal now.")
    return redirect("desk:documents", patient.pk)


@require_GET
@desk_page("patients.manage_consents")
def consents(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What the person agreed to."""
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


def _agreements(
    request: SignedInRequest,
    patient: Patient,
    consent_form: ConsentForm | None = None,
) -> HttpResponse:
    context = {
        "patient": patient,
        "consents": agreements.consents(request.user, patient),
        "consent_form": consent_form or ConsentForm(initial={"given_by": patient.name}),
    }
    status = 422 if consent_form else 200
    return render(request, "patients/desk/consents.html", context, status=status)
