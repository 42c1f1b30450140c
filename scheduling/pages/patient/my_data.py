"""The portal: everything the clinic holds that is the person's own, to take along."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.audit.models import ReadKind
from patients.queries import own_record
from scheduling.pages.patient.clock import clock_of
from scheduling.pages.patient.saved_record import readable
from scheduling.queries.own_data import own_bundle, own_data

MAY = "patients.view_own"


@require_GET
@patient_page(MAY)
def my_data(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What can be taken along, and what to mind."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    return render(request, "scheduling/patient/my_data.html", {"patient": patient})


@require_GET
@patient_page(MAY)
@reauthentication_required  # type: ignore[untyped-decorator]
def my_data_page(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """All of it as one file to be read, after the password once more."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    parts = own_data(request.user, patient, kind=ReadKind.EXPORT, now=now)
    clock = clock_of(patient.pk)
    context = {"patient": patient, "parts": readable(parts, clock.zone), "now": now, "clock": clock}
    with timezone.override(clock.zone):
        response = render(request, "scheduling/patient/_my_data_file.html", context)
    response["Content-Disposition"] = 'attachment; filename="my-health-record.html"'
    return response


@require_GET
@patient_page(MAY)
@reauthentication_required  # type: ignore[untyped-decorator]
def my_data_json(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """All of it as FHIR R4, for another clinic or an app, after the password once more."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    return JsonResponse(
        own_bundle(request.user, patient, now=now),
        json_dumps_params={"indent": 1},
        content_type="application/fhir+json",
        headers={"Content-Disposition": 'attachment; filename="my-health-record.json"'},
    )
