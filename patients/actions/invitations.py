"""Letting somebody into the portal: invitations, sent, tried, used and taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext_noop as N_

from clinic.accounts.actions import create_user_once
from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.accounts.passkeys import NewPasskey, keep_passkey
from clinic.accounts.roles import Role
from clinic.messaging.actions import Recipient, queue_message, withdraw_messages
from clinic.messaging.models import Channel, MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from patients.domain.age import ADULT_AT, birthday
from patients.domain.names import is_a_name
from patients.domain.secrets import digest_of, new_secret
from patients.models import Patient, PortalAccess, PortalInvitation
from patients.models.invitation import InvitationWay, PortalInvitationQuerySet
from patients.models.patient import FOR_A_CHILD
from patients.models.portal import Relationship

LASTS = timedelta(days=7)
# Of one record: a hundred links that wait are a hundred doors.
MOST_WAITING = 10
MOST_CARERS = 5
# Mails to addresses that nobody has proven, in a name that somebody typed.
MOST_CARERS_A_DAY = 8
LONGEST_CARE = timedelta(days=366)
ONE_DAY = timedelta(days=1)


class InvitationOver(Conflict):
    """It was used, taken back, or its time is over."""

    code = "invitation_over"
    title = N_("This link does not work any more")
    default_sentence = N_("Please call the clinic. We will send you a new link.")


@dataclass(frozen=True)
class Guest:
    """Who is invited, as what, until when (the first day without access), and how they are told.

    `address` is an e-mail address or a number as +15125550100, and "" on paper.
    """

    name: str
    relationship: Relationship
    way: InvitationWay
    address: str = ""
    until_date: date | None = None
    language: str = "en"


@dataclass(frozen=True)
class Invited:
    """An invitation and its secret, which can be read only this once."""

    invitation: PortalInvitation
    secret: str

    @property
    def link(self) -> str:
        """The whole address, as it is sent or printed."""
        return public_address("join:start", self.secret)


@action
def invite_to_portal(*, patient: Patient, guest: Guest, by: User, now: datetime) -> Invited:
    """The desk lets somebody in: the person, a parent, a guardian or a carer.

    Raises `Invalid`, `Conflict` if too many wait already, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    return invite(patient, guest, by, now)


@action
def invite_carer(*, patient: Patient, guest: Guest, by: User, now: datetime) -> Invited:
    """The person themself lets a carer in, for a year at most.

    Raises `Invalid`, `Conflict` if there are too many already, or were today, and `NotAllowed` for
    anybody but them.
    """
    require_self(by, patient, now)
    if guest.relationship != Relationship.CARER or guest.way == InvitationWay.PAPER:
        raise NotAllowed
    if guest.until_date is None or guest.until_date > now.date() + LONGEST_CARE:
        raise Invalid(N_("Choose a last day within one year."))
    if not is_a_name(guest.name):
        raise Invalid(N_("Please type their name, and nothing else."))
    lock_record(patient)
    lately = patient.portal_invitations.filter(invited_by=by, created_at__gt=now - ONE_DAY)
    if lately.count() >= MOST_CARERS_A_DAY:
        raise Conflict(N_("You have sent many invitations today. Try again tomorrow, or call us."))
    waiting = patient.portal_invitations.working(now).filter(relationship=Relationship.CARER)
    carers = PortalAccess.objects.in_force(now.date()).filter(
        patient=patient, relationship=Relationship.CARER
    )
    if waiting.count() + carers.count() >= MOST_CARERS:
        raise Conflict(N_("Five people are the most. End one of them first."))
    return invite(patient, guest, by, now)


@action
def try_invitation(
    *, secret: str, birth_date: date, by: None, now: datetime
) -> PortalInvitation | None:
    """The invitation, if the link works and this is the birth date of whose record it is.

    A wrong date is counted under the row's lock, so that guesses at once are not more guesses. The
    answer to all that is wrong is the same.
    """
    found = PortalInvitation.objects.select_for_update(no_key=True, of=("self",))
    invitation = found.select_related("patient").filter(digest=digest_of(secret)).first()
    if invitation is None or not invitation.is_working(now):
        return None
    if invitation.patient.birth_date == birth_date:
        return invitation
    invitation.attempts += 1
    invitation.save(update_fields=["attempts"])
    return None


@action
def join_by_invitation(
    *, invitation_id: int, email: str, key: str | NewPasskey, by: None, now: datetime
) -> User:
    """Make a sign-in with an address that was just proven, and open the record to it.

    `key` is what they will sign in with: a password, or a passkey instead of one.
    Raises `InvitationOver`, `AddressTaken`.
    """
    invitation = _held(invitation_id, now)
    kept = key.user_id if isinstance(key, NewPasskey) else None
    user = create_user_once(email=email, name=invitation.name, role=Role.PATIENT, pk=kept)
    if isinstance(key, NewPasskey):
        keep_passkey(user, key)
    else:
        user.set_password(key)
        user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).update(verified=True)
    _use(invitation, user, now)
    return user


@action
def accept_invitation(*, invitation_id: int, by: User, now: datetime) -> None:
    """Somebody who signs in already sees one more record.

    Raises `InvitationOver`, `NotAllowed` for staff, who use their own rights.
    """
    require(by, "patients.view_own")
    _use(_held(invitation_id, now), by, now)


@action
def revoke_invitation(*, invitation: PortalInvitation, by: User, now: datetime) -> None:
    """The link works no more; twice is as once.

    The desk takes back any, the person themself those of their carers. Raises `NotAllowed`.
    """
    if not by.has_perm("patients.manage_consents"):
        require_self(by, invitation.patient, now)
        if invitation.relationship != Relationship.CARER:
            raise NotAllowed
    _revoke(PortalInvitation.objects.filter(pk=invitation.pk), now)


def invite(patient: Patient, guest: Guest, by: User | None, now: datetime) -> Invited:
    """Write an invitation, and the message that carries its link; a newer one replaces the older.

    Inside an action that has checked who may. Raises `Invalid`, `Conflict`.
    """
    _check(patient, guest, now)
    lock_record(patient)
    theirs = patient.portal_invitations.working(now)
    _revoke(theirs.filter(address=guest.address, relationship=guest.relationship), now)
    if theirs.count() >= MOST_WAITING:
        raise Conflict("Ten invitations wait already. Take one of them back first.")
    secret = new_secret()
    invitation = PortalInvitation.objects.create(
        digest=digest_of(secret),
        patient=patient,
        name=guest.name,
        relationship=guest.relationship,
        until_date=guest.until_date,
        way=guest.way,
        address=guest.address,
        language=guest.language,
        invited_by=by,
        created_at=now,
        expires_at=now + LASTS,
    )
    invited = Invited(invitation, secret)
    if guest.way != InvitationWay.PAPER:
        _send(invited, by, now)
    return invited


def require_self(user: User, patient: Patient, now: datetime) -> None:
    """Raises `NotAllowed` unless this is the person themself, signed in to the portal."""
    require(user, "patients.manage_own")
    mine = PortalAccess.objects.in_force(now.date()).filter(user=user, patient=patient)
    if not mine.filter(relationship=Relationship.SELF).exists():
        raise NotAllowed


def _check(patient: Patient, guest: Guest, now: datetime) -> None:
    if guest.until_date and guest.until_date <= now.date():
        raise Invalid(N_("The last day must lie in the future."))
    grown_up = birthday(patient.birth_date, ADULT_AT) <= now.date()
    if guest.relationship in FOR_A_CHILD and grown_up:
        raise Invalid("This person is an adult: give access to a carer, if they agree.")
    if guest.way == InvitationWay.SMS and settings.SMS is None:
        raise Invalid(N_("This clinic sends no text messages. Choose another way."))


def _held(invitation_id: int, now: datetime) -> PortalInvitation:
    """The invitation, locked after the person's row. Raises `InvitationOver`."""
    found = PortalInvitation.objects.filter(pk=invitation_id)
    invitation = found.select_related("patient").first()
    if invitation is None:
        raise InvitationOver
    lock_record(invitation.patient)
    invitation = found.select_for_update(no_key=True, of=("self",)).get()
    ended = invitation.until_date and invitation.until_date <= now.date()
    if ended or not invitation.is_working(now):
        raise InvitationOver
    return invitation


def _use(invitation: PortalInvitation, user: User, now: datetime) -> None:
    """Open the record; whoever sees it in this capacity already sees it as long as this says."""
    PortalAccess.objects.update_or_create(
        user=user,
        patient_id=invitation.patient_id,
        relationship=invitation.relationship,
        defaults={"until_date": invitation.until_date},
    )
    invitation.used_at, invitation.used_by = now, user
    invitation.save(update_fields=["used_at", "used_by"])


def _revoke(invitations: PortalInvitationQuerySet, now: datetime) -> None:
    for pk in invitations.working(now).values_list("pk", flat=True):
        PortalInvitation.objects.filter(pk=pk).update(revoked_at=now)
        withdraw_messages(about=_about(pk), by=None, now=now)


def _about(invitation_id: int) -> str:
    """What the message about an invitation is about."""
    return f"portal-invitation:{invitation_id}"


def _send(invited: Invited, by: User | None, now: datetime) -> None:
    guest = invited.invitation
    is_mail = guest.way == InvitationWay.EMAIL
    text = render(
        "patients/messages/portal_invitation",
        guest.language,
        {"name": guest.name, "link": invited.link, "is_self": guest.relationship == "self"},
    )
    to = Recipient(
        name=guest.name,
        email=guest.address if is_mail else "",
        phone="" if is_mail else guest.address,
        language=guest.language,
        channel=Channel.EMAIL if is_mail else Channel.SMS,
    )
    queue_message(
        kind=MessageKind.ACCOUNT,
        to=to,
        text=text,
        about=_about(guest.pk),
        dedupe_key=_about(guest.pk),
        patient_id=guest.patient_id,
        valid_until=guest.expires_at,
        by=by,
        now=now,
    )
