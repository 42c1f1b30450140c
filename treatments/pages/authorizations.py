"""What payers allowed for a person: the same list and form at the desk and beside the chart."""

from typing import Any

from django.utils import timezone

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError, Invalid
from patients.models import Patient
from treatments.actions.authorizations import (
    Authorization,
    AuthorizedAlready,
    record_authorization,
)
from treatments.forms.authorizations import AuthorizationForm
from treatments.forms.courses import show_refusal
from treatments.queries.authorizations import authorizations_of, treatments_to_authorize


def record(request: SignedInRequest, patient: Patient) -> tuple[bool, dict[str, Any], int]:
    """What was sent, written down if it can be: whether it was, the page's context, its status."""
    treatments = treatments_to_authorize(request.user)
    form = AuthorizationForm(request.POST or None, treatments=treatments)
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        said["treatment"] = next(entry for entry in treatments if entry.pk == said["treatment"])
        try:
            record_authorization(
                said=Authorization(patient, **said), by=request.user, now=timezone.now()
            )
        except (Invalid, AuthorizedAlready) as error:
            refusal = error
            show_refusal(form, error)
        else:
            return True, {}, 302
    views = authorizations_of(request.user, patient, today=timezone.localdate(), now=timezone.now())
    status = refusal.status if refusal else 422 if form.errors else 200
    return False, {"form": form, "views": views, "patient": patient}, status
