"""The clinician: who was given a lot that is called back."""

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.audit.models import ReadKind
from clinic.shared.forms import checked
from clinic.shared.spreadsheets import harmless
from treatments.forms.outside import RecallForm
from treatments.queries.procedures import drug_entries
from treatments.queries.recall import recipients

_COLUMNS = (
    "Record",
    "Name",
    "Born",
    "Phone",
    "E-mail",
    "Day",
    "Procedure",
    "Drug",
    "Dose",
    "Lot",
    "Signed",
)


@require_GET
@physician_page("treatments.recall_lots")
def recall(request: SignedInRequest) -> HttpResponse:
    """Ask for a lot; everybody who received it, newest first."""
    asked = "lot_number" in request.GET
    form = RecallForm(request.GET if asked else None, drugs=drug_entries(request.user))
    found = recipients(request.user, **form.cleaned_data) if asked and form.is_valid() else []
    context = {
        "form": form,
        "asked": asked and form.is_valid(),
        "found": found,
        "people": len({row.patient.pk for row in found}),
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/physician/recall.html", context, status=status)


@require_GET
@physician_page("treatments.recall_lots")
def recall_csv(request: SignedInRequest) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    asked = checked(RecallForm(request.GET, drugs=drug_entries(request.user))).cleaned_data
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recall.csv"'
    writer = csv.writer(response)
    writer.writerow(_COLUMNS)
    for row in recipients(request.user, kind=ReadKind.EXPORT, **asked):
        person = row.patient
        day = timezone.localtime(row.performed_at).date() if row.performed_at else ""
        writer.writerow(
            harmless(
                [
                    person.record_number,
                    person.name,
                    person.birth_date,
                    person.phone,
                    person.email,
                    day,
                    row.procedure,
                    row.drug,
                    row.dose,
                    row.lot_number,
                    "yes" if row.is_signed else "no",
                ]
            )
        )
    return response
