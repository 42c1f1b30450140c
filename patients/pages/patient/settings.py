"""The portal: how we may write to somebody."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.errors import DomainError
from patients.actions.communication import set_own_preference
from patients.forms.own import OwnReachForm, own_initial
from patients.models import Patient
from patients.queries import own_record
from patients.queries.reach import own_reach


@require_http_methods(["GET", "POST"])
@patient_page("patients.view_own")
def settings(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """By what, in which language, when not, and whether to remind."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    form = OwnReachForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            set_own_preference(
                patient=patient,
                wish=form.wish(),
                language=form.cleaned_data["language"],
                by=request.user,
                now=now,
            )
        except DomainError as error:
            form.add_error(None, _(error.sentence))
        else:
            messages.success(request, _("Saved. We write to you that way from now on."))
            return redirect("patient:settings", patient.pk)
    return _settings(request, patient, form, now)


def _settings(
    request: SignedInRequest, patient: Patient, form: OwnReachForm | None, now: datetime
) -> HttpResponse:
    zone = ZoneInfo(timezone.get_current_timezone_name())
    reach = own_reach(request.user, patient, zone=zone, now=now)
    context = {
        "patient": patient,
        "reach": reach,
        "form": form or OwnReachForm(initial=own_initial(patient, reach)),
    }
    status = 422 if form else 200
    return render(request, "patients/patient/settings.html", context, status=status)
