"""The portal: a photo of a card or of a referral, sent to the desk."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import DomainError
from clinic.shared.pictures import drawn_anew
from clinic.shared.uploads import check_file, leads_back_if_too_large, takes_files
from patients.actions.sent_files import SentAlready, send_file
from patients.forms.own_papers import SendFileForm
from patients.models import Patient
from patients.models.document import DocumentKind
from patients.models.sent_file import SENDABLE
from patients.queries import own_record
from patients.queries.sent_files import own_files

TITLES = {
    DocumentKind.INSURANCE_CARD: gettext_lazy("Your insurance card"),
    DocumentKind.REFERRAL: gettext_lazy("A letter from your doctor"),
}


@require_GET
@patient_page("patients.tell_own")
def files(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What was sent and what became of it, and the ways to send more."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    sent = [(row, TITLES[DocumentKind(row.kind)]) for row in own_files(request.user, patient)]
    ways = [(kind.value, title) for kind, title in TITLES.items()]
    context = {"patient": patient, "sent": sent, "ways": ways}
    return render(request, "patients/patient/files.html", context)


@leads_back_if_too_large
@takes_files
@require_http_methods(["GET", "POST"])
@patient_page("patients.tell_own")
def send(request: SignedInRequest, patient_id: UUID, paper_key: str) -> HttpResponse:
    """Send one file of a kind: a picture is drawn anew before it is kept."""
    if paper_key not in {one.value for one in SENDABLE}:
        raise Http404
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    about = DocumentKind(paper_key)
    if request.method == "GET":
        return _shown(request, patient, about, SendFileForm())
    form = SendFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, patient, about, form, status=422)
    try:
        file = drawn_anew(check_file(form.cleaned_data["file"]))
        send_file(patient=patient, kind=about, file=file, by=request.user, now=now)
    except SentAlready as known:
        messages.info(request, known.sentence)
        return redirect("patient:files", patient.pk)
    except DomainError as refusal:
        form.add_error("file", refusal.sentence)
        return _shown(request, patient, about, form, status=422)
    messages.success(request, _("Thank you. We look at it, and tell you here."))
    return redirect("patient:files", patient.pk)


def _shown(
    request: SignedInRequest,
    patient: Patient,
    about: DocumentKind,
    form: SendFileForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "patient": patient,
        "title": TITLES[about],
        "form": form,
        "is_too_large": "too-large" in request.GET,
    }
    return render(request, "patients/patient/send_file.html", context, status=status)
