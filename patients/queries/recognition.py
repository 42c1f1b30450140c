"""Who is meant, when somebody at the door says it themself."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from patients.models import Patient
from patients.models.contact import ContactPoint, ContactSystem
from patients.models.patient import with_phone_ending

# Fewer digits than this are no proof of anything.
FEWEST_DIGITS = 4
_LONGEST_RECORD_NUMBER = 15


def recognised(viewer: Viewer, *, birth_date: date, digits: str) -> QuerySet[Patient]:
    """Those born then whose phone ends in these digits, or whose record number they are.

    For the clinic alone, which tells nobody who they are. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    if len(digits) < FEWEST_DIGITS or not digits.isdecimal():
        return Patient.objects.none()
    meant = Q(Exists(with_phone_ending(digits)))
    if len(digits) <= _LONGEST_RECORD_NUMBER:
        meant |= Q(record_number=int(digits))
    return Patient.objects.current().filter(meant, birth_date=birth_date)


def people_with_phone(viewer: Viewer, number: str) -> list[Patient]:
    """Everybody of whom this very number (as +15125550100) is on file; for the clinic alone.

    Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    digits = number.removeprefix("+")
    if len(digits) < FEWEST_DIGITS or not digits.isdecimal():
        return []
    same = ContactPoint.objects.filter(
        patient=OuterRef("pk"), system=ContactSystem.PHONE, digits=digits
    )
    near = Patient.objects.current().filter(Exists(with_phone_ending(digits)))
    return list(near.filter(Exists(same)))
