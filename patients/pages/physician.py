"""The clinician: finding people, and opening a chart in an emergency."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, physician_page
from patients.actions.care_team import break_glass
from patients.forms.care import EmergencyForm
from patients.forms.people import PersonSearchForm
from patients.queries import access_patient, search


@require_GET
@physician_page("patients.view_chart")
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person and open the chart."""
    text = PersonSearchForm(request.GET).text()
    found = search(request.user, text, today=timezone.localdate())
    template = "patients/physician/people.html" + ("#found" if request.htmx else "")
    return render(request, template, {"q": text, "people": found})


@require_http_methods(["GET", "POST"])
@physician_page("patients.break_glass")
def emergency(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Break the glass: a reason, an end, and everybody will know."""
    now = timezone.now()
    patient = access_patient(request.user, patient_id, now=now)
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opened = break_glass(
            patient=patient,
            reason=form.cleaned_data["reason"],
            lasting=form.lasting(),
            by=request.user,
            now=now,
        )
        messages.warning(request, f"Open to you until {opened.ends_at:%H:%M} UTC.")
        return redirect("physician:chart", patient.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "patient": patient}
    return render(request, "patients/physician/emergency.html", context, status=status)
