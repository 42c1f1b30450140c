"""Invitations to the portal: for who holds one, for the desk, and for the person themself."""

from datetime import datetime, timedelta

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User, Viewer
from clinic.shared.errors import NotAllowed, NotFound
from patients.models import AddressProof, Patient, PortalInvitation

NEWEST = 20
# A second tap of the same thumb.
SAME_PRESS = timedelta(minutes=1)


def invitation_in_hand(viewer: Viewer, digest: str, *, now: datetime) -> PortalInvitation | None:
    """The invitation with this hash, if it works: for who has shown its link and the birth date.

    For the clinic alone. Raises `NotAllowed` for a person.
    """
    _clinic_alone(viewer)
    found = PortalInvitation.objects.working(now).filter(digest=digest)
    return found.select_related("patient").first()


def proof_in_hand(
    viewer: Viewer, invitation: PortalInvitation, proof_id: int
) -> AddressProof | None:
    """The code that was sent last on the way in. For the clinic alone; raises `NotAllowed`."""
    _clinic_alone(viewer)
    return invitation.address_proofs.filter(pk=proof_id).first()


def joined_just_now(
    viewer: Viewer, invitation: PortalInvitation, email: str, *, now: datetime
) -> User | None:
    """Who has this moment come in by this invitation with this address: the same press once more.

    For the clinic alone; raises `NotAllowed` for a person.
    """
    _clinic_alone(viewer)
    used = PortalInvitation.objects.filter(pk=invitation.pk, used_at__gt=now - SAME_PRESS)
    found = used.filter(used_by__email__iexact=email).select_related("used_by").first()
    return found.used_by if found else None


def used_by_oneself(viewer: User, digest: str) -> PortalInvitation | None:
    """The invitation with this hash, if it is this person who came in by it."""
    require(viewer, "patients.view_own")
    return PortalInvitation.objects.filter(digest=digest, used_by=viewer).first()


def signs_in_with(viewer: Viewer, email: str) -> bool:
    """Whether somebody signs in with this address.

    Told only to who has proven that it is theirs. For the clinic alone; raises `NotAllowed`.
    """
    _clinic_alone(viewer)
    return User.objects.filter(email__iexact=email).exists()


def invitations_of(viewer: Viewer, patient: Patient) -> list[PortalInvitation]:
    """The newest invitations to a record, for the desk. Raises `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    rows = patient.portal_invitations.select_related("invited_by", "used_by")
    return list(rows.order_by("-id")[:NEWEST])


def access_invitation(viewer: Viewer, patient: Patient, invitation_id: int) -> PortalInvitation:
    """One of a person from a door, for the desk. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.manage_consents")
    found = patient.portal_invitations.select_related("patient").filter(pk=invitation_id).first()
    if found is None:
        raise NotFound
    return found


def _clinic_alone(viewer: Viewer) -> None:
    if viewer is not THE_CLINIC:
        raise NotAllowed
