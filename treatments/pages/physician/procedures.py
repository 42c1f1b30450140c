"""The clinician: what was done to a person, and beginning to write down another."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.actions.procedures import OutsideProcedure, WrongProcedure, record_outside
from treatments.forms.outside import OutsideForm
from treatments.pages.physician.doors import opens_chart
from treatments.pages.physician.starting import begin, choices_for
from treatments.queries import procedures as queries
from treatments.queries.record import record_header


@require_GET
@physician_page("patients.view_chart")
@opens_chart
def procedures(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Everything that was done, newest first; drafts above."""
    now = timezone.now()
    header = record_header(request.user, patient_id, now=now)
    rows = queries.procedures_of(request.user, patient_id, now=now)
    context = {
        "record": header,
        "tab": "procedures",
        "drafts": [row for row in rows if row.record_status == "draft"],
        "standing": [row for row in rows if row.record_status in {"signed", "outside"}],
        "replaced": [row for row in rows if row.record_status in {"amended", "entered_in_error"}],
    }
    return render(request, "treatments/physician/procedures.html", context)


@require_http_methods(["GET", "POST"])
@physician_page("treatments.prepare_procedures")
@opens_chart
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Choose what to start from: a favourite, the last of its kind, or a treatment."""
    now = timezone.localtime()
    header = record_header(request.user, patient_id, now=now)
    problem = ""
    if request.method == "POST":
        try:
            draft = begin(request, header.patient, now=now)
            return redirect("physician:procedure", draft.pk)
        except WrongProcedure as wrong:
            problem = wrong.sentence
    context = {
        "record": header,
        "tab": "procedures",
        "problem": problem,
        **choices_for(request.user, header.patient.pk, now=now),
        "course": request.GET.get("course", request.POST.get("course", "")),
    }
    return render(
        request, "treatments/physician/procedure_new.html", context, status=422 if problem else 200
    )


@require_http_methods(["GET", "POST"])
@physician_page("treatments.prepare_procedures")
@opens_chart
def outside(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Write down what another clinic did."""
    now = timezone.localtime()
    header = record_header(request.user, patient_id, now=now)
    form = OutsideForm(
        request.POST if request.method == "POST" else None,
        treatments=queries.all_treatments(request.user),
        drugs=queries.drug_entries(request.user),
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        told = OutsideProcedure(
            treatment=form.treatments.get(said["treatment"]),
            text=said["text"],
            on=form.on,
            region=said["region"],
            laterality=said["laterality"],
            findings=said["findings"],
            drugs=[form.drug] if form.drug else (),
        )
        row = record_outside(patient=header.patient, told=told, by=request.user, now=now)
        messages.success(request, f"{row} is written down as done elsewhere.")
        return redirect("physician:procedures", header.patient.pk)
    context = {"record": header, "tab": "procedures", "form": form}
    status = 422 if form.errors else 200
    return render(request, "treatments/physician/procedure_outside.html", context, status=status)
