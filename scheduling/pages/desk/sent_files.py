"""The desk: what people sent from home, filed among their papers or not taken."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.forms import checked
from clinic.shared.uploads import as_download
from patients.actions.sent_files import file_sent, refuse_sent
from patients.forms.own_papers import SentFileForm
from patients.queries.sent_files import access_sent_file, files_to_look_at


@require_GET
@desk_page("patients.manage_consents")
def sent_files(request: SignedInRequest) -> HttpResponse:
    """What waits, oldest first."""
    return _shown(request)


@require_GET
@desk_page("patients.manage_consents")
def sent_file(request: SignedInRequest, sent_file_id: UUID) -> HttpResponse:
    """One of them, to look at: always as a download, never opened in the page."""
    found = access_sent_file(request.user, sent_file_id)
    if not found.is_waiting:
        return redirect("desk:sent-files")
    return as_download(bytes(found.content), media_type=found.media_type, name=found.file_name)


@require_POST
@desk_page("patients.manage_consents")
def decide(request: SignedInRequest, sent_file_id: UUID) -> HttpResponse:
    """File it among the person's papers, or say why not."""
    now = timezone.now()
    found = access_sent_file(request.user, sent_file_id)
    said = checked(SentFileForm(request.POST)).cleaned_data
    try:
        if said["do"] == "file":
            file_sent(sent=found, by=request.user, now=now)
            messages.success(request, f"{found} of {found.patient} is filed.")
        else:
            refuse_sent(sent=found, reason=said["reason"], by=request.user, now=now)
            messages.success(request, f"{found.patient} reads why we did not take it.")
    except (Conflict, Invalid) as refusal:
        return _shown(request, refusal.sentence, status=refusal.status)
    return redirect("desk:sent-files")


def _shown(request: SignedInRequest, refusal: str = "", *, status: int = 200) -> HttpResponse:
    context = {"files": files_to_look_at(request.user), "refusal": refusal}
    return render(request, "scheduling/desk/sent_files.html", context, status=status)
