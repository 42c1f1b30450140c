"""Choosing the language in which one is written to."""

from datetime import datetime

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from clinic.shared.languages import CODES
from patients.actions.standing import lock_record
from patients.models import Patient
from patients.models.portal import Relationship


@action
def choose_language(*, language: str, by: User, now: datetime) -> None:
    """Write to this person in the language that they have chosen to read.

    It changes their own record and nobody else's: a mother's choice is not her child's. Raises
    `Invalid` for a language that the clinic does not speak, `NotAllowed`.
    """
    require(by, "patients.view_own")
    if language not in CODES:
        raise Invalid(N_("We do not speak this language."))
    own = Patient.objects.open_to(by, now.date()).exclude(language=language)
    for patient in own.filter(
        portal_accesses__user=by, portal_accesses__relationship=Relationship.SELF
    ):
        lock_record(patient)
        patient.language = language
        patient.save(update_fields=["language"])
