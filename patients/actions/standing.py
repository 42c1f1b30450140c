"""Writing about a person whose record may just have been joined into another one."""

from django.utils.translation import gettext_noop as N_

from clinic.shared.errors import Conflict
from clinic.shared.prepared import first_row
from patients.models import Patient


class RecordMoved(Conflict):
    """The record was joined into another one between reading and writing."""

    code = "record_moved"
    default_sentence = N_("This record was just joined into another one. Please look again.")


def lock_record(patient: Patient) -> None:
    """Hold the person's row until the transaction ends. Raises `RecordMoved` if it leads elsewhere.

    Writers about one person queue up here, first of all locks; a merge takes the same lock.
    """
    held = first_row(
        "SELECT 1 FROM patients_patient WHERE id = %(id)s AND replaced_by_id IS NULL "
        "FOR NO KEY UPDATE",
        {"id": patient.pk},
    )
    if held is None:
        raise RecordMoved
