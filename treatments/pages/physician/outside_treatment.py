"""The clinician: which treatment it was that another clinic's record names in its own words."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.actions.outside_treatment import seen_as, tell_treatment
from treatments.actions.procedures import WrongProcedure
from treatments.domain.outside_procedures import NONE_OF_OURS
from treatments.forms.outside import TreatmentForm
from treatments.pages.physician.procedure_showing import show_document, treatment_form
from treatments.queries import procedures as queries

PREPARE = "treatments.prepare_procedures"


@require_POST
@physician_page(PREPARE)
def treatment(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Say what an imported procedure was; every limit counts it as that from now on."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    form: TreatmentForm = treatment_form(request, found, request.POST)
    if not form.is_valid():
        return show_document(request, found, asked=form, status=422)
    said = form.cleaned_data
    try:
        tell_treatment(
            procedure=found,
            treatment=form.treatments.get(said["treatment"]),
            region=said["region"],
            is_none_of_ours=said["treatment"] == NONE_OF_OURS,
            check=seen_as(said["seen"]),
            by=request.user,
            now=now,
        )
    except WrongProcedure as wrong:
        for name, sentences in wrong.details["fields"].items():
            form.add_error(name, sentences)
        return show_document(request, found, asked=form, status=422)
    words = {"": "It is left to its words.", NONE_OF_OURS: "No limit counts it from now on."}
    kept = words.get(said["treatment"], "It is counted as that from now on.")
    messages.success(request, f"Kept. {kept}")
    return redirect("physician:procedure", found.pk)
