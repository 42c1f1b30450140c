"""Who sees a record in the portal, as the people who see it are told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.shared.errors import NotFound
from patients.models import Patient, PortalAccess, PortalInvitation
from patients.models.portal import Relationship


@dataclass(frozen=True)
class Seeing:
    """Somebody who sees the record. `last_date` is their last day, None if there is no end.

    `may_end`: whether the viewer may end it here.
    """

    access: PortalAccess
    last_date: date | None
    is_viewer: bool
    may_end: bool


def who_sees(viewer: Viewer, patient: Patient, *, now: datetime) -> list[Seeing]:
    """Everybody who sees this record now; `patient` comes from `own_record`."""
    user = require(viewer, "patients.view_own")
    is_self = patient.seen_as is not None and patient.seen_as.is_self
    rows = PortalAccess.objects.in_force(now.date()).filter(patient=patient)
    return [
        _seeing(access, user, is_self=is_self)
        for access in rows.select_related("user", "patient").order_by("id")
    ]


def invited_carers(viewer: Viewer, patient: Patient, *, now: datetime) -> list[PortalInvitation]:
    """Carers whose links still work; only the person themself is shown them."""
    require(viewer, "patients.view_own")
    if patient.seen_as is None or not patient.seen_as.is_self:
        return []
    rows = patient.portal_invitations.working(now).filter(relationship=Relationship.CARER)
    return list(rows.order_by("-id"))


def access_own_access(
    viewer: Viewer, patient: Patient, access_id: int, *, now: datetime
) -> PortalAccess:
    """One that the viewer may end. Raises `NotFound` for every other."""
    for seeing in who_sees(viewer, patient, now=now):
        if seeing.access.pk == access_id and seeing.may_end:
            return seeing.access
    raise NotFound


def access_carer_invitation(
    viewer: Viewer, patient: Patient, invitation_id: int, *, now: datetime
) -> PortalInvitation:
    """One that the person sent themself and that still works. Raises `NotFound` for every other."""
    for invitation in invited_carers(viewer, patient, now=now):
        if invitation.pk == invitation_id:
            return invitation
    raise NotFound


def _seeing(access: PortalAccess, user: User, *, is_self: bool) -> Seeing:
    is_viewer = access.user_id == user.pk
    is_carer = access.relationship == Relationship.CARER
    ends_on = access.ends_on()
    return Seeing(
        access=access,
        last_date=ends_on - timedelta(days=1) if ends_on else None,
        is_viewer=is_viewer,
        # The person ends their carers; a carer may leave. Parents and guardians ask the desk.
        may_end=is_carer and (is_viewer or is_self),
    )
