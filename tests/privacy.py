"""What the tests about privacy say again and again, as words of their own."""

from datetime import UTC, datetime, timedelta

from clinic.accounts.models import User
from patients.actions.care_team import join_care_team
from patients.actions.consents import Decision
from patients.actions.invitations import (
    Guest,
    accept_invitation,
    invite_to_portal,
    join_by_invitation,
)
from patients.models import PortalAccess
from patients.models.care_team import CareTeamReason
from patients.models.invitation import InvitationWay
from patients.queries import OutsideCareTeam, access_chart, own_records
from tests import builders

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def may_read(user, patient, at=NOW):
    try:
        return bool(access_chart(user, patient.pk, now=at))
    except OutsideCareTeam:
        return False


def name(user, patient, *, by):
    join_care_team(patient=patient, users=[user], reason=CareTeamReason.NAMED, by=by, now=NOW)


def grant(patient, clerk, relationship, until=None, email="parent@example.org", now=NOW):
    """Invited at the desk, and come in: with the sign-in they have, or a new one."""
    guest = Guest(
        name="Paula Parent",
        relationship=relationship,
        way=InvitationWay.EMAIL,
        address=email,
        until_date=until,
    )
    invitation = invite_to_portal(patient=patient, guest=guest, by=clerk, now=now).invitation
    user = User.objects.filter(email=email).first()
    if user:
        accept_invitation(invitation_id=invitation.pk, by=user, now=now)
    else:
        told = {"email": email, "key": builders.PASSWORD}
        user = join_by_invitation(invitation_id=invitation.pk, by=None, now=now, **told)
    return PortalAccess.objects.get(user=user, patient=patient, relationship=relationship)


def sees(user, patient, on):
    at = datetime.combine(on, NOW.timetz())
    return patient in own_records(user, now=at)


def decision(**changes):
    values = {
        "kind": "messages",
        "decision": "permit",
        "method": "paper",
        "given_by": "Ana Ruiz",
        "decided_date": TODAY,
    } | changes
    return Decision(**values)
