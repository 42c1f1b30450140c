"""Writing about a person whose record may just have been joined into another one."""

from clinic.shared.errors import Conflict
from patients.models import Patient


class RecordMoved(Conflict):
    """The record was joined into another one between reading and writing."""

    code = "record_moved"
    default_sentence = "This record was just joined into another one. Please look again."


def lock_record(patient: Patient) -> None:
    """Hold the person's row until the transaction ends. Raises `RecordMoved` if it leads elsewhere.

    Writers about one person queue up here, first of all locks; a merge takes the same lock.
    """
    rows = Patient.objects.current().select_for_update(no_key=True)
    if not rows.filter(pk=patient.pk).exists():
        raise RecordMoved
