"""Reading people. Every function takes the viewer first; nobody reads `Patient.objects` elsewhere.

A person the viewer may not see is answered exactly like one who does not exist.
"""

from datetime import date
from uuid import UUID

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer, as_user
from clinic.shared.errors import NotAllowed, NotFound
from patients.domain.phone import phone_digits
from patients.domain.search_terms import parse_terms
from patients.models import Patient
from patients.models.contact import ContactSystem
from patients.models.patient import PatientQuerySet

SEARCH_LIMIT = 20


def search(viewer: Viewer, text: str, *, today: date) -> list[Patient]:
    """The people that what was typed may mean, best first, at most `SEARCH_LIMIT`.

    If no name matches as typed, names that sound alike are offered. Raises `NotAllowed`.
    """
    require(viewer, "patients.search")
    terms = parse_terms(text, today=today)
    if terms.is_empty:
        return []
    people = Patient.objects.matching(terms)
    found = list(people.best_first(terms.names).with_contacts()[:SEARCH_LIMIT])
    if found or not terms.names:
        return found
    alike = Patient.objects.matching_numbers(terms).sounding_like(terms.names)
    return list(alike.with_contacts()[:SEARCH_LIMIT])


def access_patient(viewer: Viewer, patient_id: UUID) -> Patient:
    """The person, for whoever may see who they are. Raises `NotFound` for everybody else."""
    patient = _visible_to(viewer).with_contacts().filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def access_chart(viewer: Viewer, patient_id: UUID) -> Patient:
    """The person with allergies, medications and conditions. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.view_chart")
    patient = _visible_to(viewer).with_contacts().with_chart().filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def own_records(viewer: Viewer) -> list[Patient]:
    """The people whose record the viewer sees in the portal. Raises `NotAllowed`."""
    user = require(viewer, "patients.view_own")
    return list(Patient.objects.open_to(user).order_by("given_names", "id"))


def likely_duplicates(
    viewer: Viewer, *, given_names: str, family_name: str, birth_date: date, phone: str = ""
) -> list[Patient]:
    """People already here who may be the one being registered. Raises `NotAllowed`."""
    require(viewer, "patients.register")
    alike = Patient.objects.resembling(
        name=f"{given_names} {family_name}", birth_date=birth_date, digits=phone_digits(phone)
    )
    return list(alike.with_contacts()[:5])


def email_address(viewer: Viewer, patient: Patient) -> str:
    """Where to write to this person first, or "" if nowhere. Raises `NotFound`."""
    if not _visible_to(viewer).filter(pk=patient.pk).exists():
        raise NotFound
    addresses = patient.contacts.filter(system=ContactSystem.EMAIL).order_by("rank", "id")
    return addresses.values_list("value", flat=True).first() or ""


def _visible_to(viewer: Viewer) -> PatientQuerySet:
    user = as_user(viewer)
    if user is None:
        raise NotAllowed
    if user.has_perm("patients.view_contact"):
        return Patient.objects.all()
    if user.has_perm("patients.view_own"):
        return Patient.objects.open_to(user)
    return Patient.objects.none()
