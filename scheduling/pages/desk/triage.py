"""Red flags at the desk: what was answered goes to clinicians, and the words to say come back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.forms import checked
from patients.queries import access_patient
from scheduling.forms.booking import TriageForm
from treatments.actions.triage import ROUTINE, file_triage


@require_POST
@desk_page("scheduling.book")
def red_flags(request: SignedInRequest) -> HttpResponse:
    """File the answers; the booking page says what follows."""
    told = checked(TriageForm(request.POST)).cleaned_data
    now = timezone.now()
    patient = access_patient(request.user, told["patient"], now=now)
    found = file_triage(patient=patient, flags=told["flag"], by=request.user, now=now)
    if found.urgency == ROUTINE:
        messages.success(request, "No red flag: book as usual.")
    for words in found.words:
        messages.warning(request, words)
    asked = {name: told[name] for name in ("visit_type", "site") if told[name]}
    return redirect(f"{reverse('desk:book')}?{urlencode({'patient': patient.pk} | asked)}")
