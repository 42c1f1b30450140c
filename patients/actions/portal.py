"""Who sees a record in the portal: the person, and whoever cares for them."""

from dataclasses import dataclass
from datetime import date, datetime

from clinic.accounts.actions import create_user_once
from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.domain.age import ADULT_AT, birthday
from patients.models import Patient, PortalAccess
from patients.models.patient import FOR_A_CHILD
from patients.models.portal import Relationship


class HasAccessAlready(Conflict):
    """This address opens this record already."""

    code = "has_access_already"
    default_sentence = "This person sees the record already. Take the access back first."


@dataclass(frozen=True)
class Granted:
    """The access; `is_new_user` if somebody must still be mailed how to choose a password."""

    access: PortalAccess
    is_new_user: bool


@action
def grant_portal_access(
    *,
    patient: Patient,
    email: str,
    name: str,
    relationship: Relationship,
    until_date: date | None,
    by: User,
    now: datetime,
) -> Granted:
    """Let somebody see this record in the portal, until `until_date` (the first day without).

    Somebody who signs in to the portal already gets one more record; staff use their own rights.
    Raises `Invalid`, `HasAccessAlready`, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    today = now.date()
    if until_date and until_date <= today:
        raise Invalid("The last day must lie in the future.")
    grown_up = birthday(patient.birth_date, ADULT_AT) <= today
    if relationship in FOR_A_CHILD and grown_up:
        raise Invalid("This person is an adult: give access to a carer, if they agree.")
    lock_record(patient)
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user and user.role != Role.PATIENT:
        # Whose address it is, is nobody's business at the desk.
        raise Invalid("This address cannot be used for the portal. Ask for another one.")
    is_new_user = user is None
    user = user or create_user_once(email=email, name=name, role=Role.PATIENT)
    with constraint_errors({"portal_access_is_given_once": HasAccessAlready}):
        access = PortalAccess.objects.create(
            user=user, patient=patient, relationship=relationship, until_date=until_date
        )
    return Granted(access, is_new_user)


@action
def renew_portal_access(*, access: PortalAccess, by: User, now: datetime) -> None:
    """A child has grown up and agrees that their parent still sees the record.

    Raises `Invalid` before their birthday, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    if access.relationship not in FOR_A_CHILD:
        raise Invalid("Only a parent's or guardian's access ends with childhood.")
    if now.date() < birthday(access.patient.birth_date, ADULT_AT):
        raise Invalid("This can be agreed to from the 18th birthday on.")
    access.adult_consent_date = now.date()
    access.save(update_fields=["adult_consent_date"])


@action
def revoke_portal_access(*, access: PortalAccess, by: User, now: datetime) -> None:
    """Close the record to somebody, from the next page on. History keeps that they had it.

    Raises `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    access.delete()
