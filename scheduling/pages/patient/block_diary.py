"""The portal: the diary of a block, hour by hour."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record
from scheduling.pages.block_lines import block_context
from scheduling.pages.patient.clock import zone_of
from treatments.queries.own_diaries import own_block


@require_http_methods(["GET", "POST"])
@patient_page("treatments.keep_own_diary")
def block_diary(request: SignedInRequest, patient_id: UUID, nerve_block_id: int) -> HttpResponse:
    """The hour that is due, and how the others stand."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    block = own_block(request.user, patient, nerve_block_id, now=now)
    with timezone.override(zone_of(patient.pk)):
        shown = block_context(request, block, by=request.user, now=now)
        if shown is None:
            messages.success(request, _("Saved. Thank you."))
            return redirect("patient:block-diary", patient.pk, nerve_block_id)
        context, status = shown
        context["patient"] = patient
        return render(request, "scheduling/patient/block_diary.html", context, status=status)
