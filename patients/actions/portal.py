"""Who sees a record in the portal: going on, and ending. Who comes in is in `invitations.py`."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid, NotAllowed
from patients.actions.invitations import require_self
from patients.domain.age import ADULT_AT, birthday
from patients.models import PortalAccess
from patients.models.patient import FOR_A_CHILD
from patients.models.portal import Relationship


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


@action
def end_portal_access(*, access: PortalAccess, by: User, now: datetime) -> None:
    """The person ends a carer's access, or a carer leaves. Raises `NotAllowed`."""
    require(by, "patients.view_own")
    if access.relationship != Relationship.CARER:
        raise NotAllowed
    if access.user_id != by.pk:
        require_self(by, access.patient, now)
    access.delete()
