"""Registering a person."""

from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.domain.phone import phone_digits
from patients.models import ContactPoint, Coverage, Patient
from patients.models.contact import ContactSystem, ContactUse
from patients.models.coverage import PayerClass
from patients.queries import likely_duplicates


@dataclass(frozen=True)
class Registration:
    """What the desk asks somebody new. Only names and birth date are needed to begin with."""

    given_names: str
    family_name: str
    birth_date: date
    gender: str = "unknown"
    language: str = "en"
    phone: str = ""
    email: str = ""
    payer_class: str = PayerClass.UNKNOWN
    payer: str = ""
    plan: str = ""
    member_id: str = ""


class LikelyDuplicate(Conflict):
    """Somebody like this is already here; `people` are who it may be."""

    code = "likely_duplicate"
    title = "Already registered?"
    default_sentence = "Somebody very much like this is already registered."

    def __init__(self, people: list[Patient]) -> None:
        self.people = people
        offers = [{"id": str(p.pk), "record_number": p.record_number} for p in people]
        super().__init__(details={"people": offers})


@action
def register_patient(
    *, registration: Registration, is_another_person: bool, by: User, now: datetime
) -> Patient:
    """Write a new person with contact and coverage.

    Raises `LikelyDuplicate` unless the desk has said that it `is_another_person`, `Invalid` for an
    impossible birth date, `NotAllowed` without the permission.
    """
    require(by, "patients.register")
    if registration.birth_date > now.date():
        raise Invalid("The birth date lies in the future.")
    if not is_another_person:
        _look_for_duplicates(registration, by)
    patient = Patient.objects.create(
        given_names=registration.given_names,
        family_name=registration.family_name,
        birth_date=registration.birth_date,
        gender=registration.gender,
        language=registration.language,
    )
    ContactPoint.objects.bulk_create(_contacts(patient, registration))
    if registration.payer_class != PayerClass.UNKNOWN or registration.payer:
        Coverage.objects.create(
            patient=patient,
            payer_class=registration.payer_class,
            payer=registration.payer,
            plan=registration.plan,
            member_id=registration.member_id,
        )
    patient.refresh_from_db()
    return patient


def _look_for_duplicates(registration: Registration, by: User) -> None:
    people = likely_duplicates(
        by,
        given_names=registration.given_names,
        family_name=registration.family_name,
        birth_date=registration.birth_date,
        phone=registration.phone,
    )
    if people:
        raise LikelyDuplicate(people)


def _contacts(patient: Patient, registration: Registration) -> list[ContactPoint]:
    contacts = []
    if registration.phone:
        digits = phone_digits(registration.phone)
        phone = ContactPoint(
            patient=patient,
            system=ContactSystem.PHONE,
            use=ContactUse.MOBILE,
            value=registration.phone,
            digits=digits,
        )
        contacts.append(phone)
    if registration.email:
        email = ContactPoint(patient=patient, system=ContactSystem.EMAIL, value=registration.email)
        contacts.append(email)
    return contacts
