"""Codes sent to an address, and what a right one proves."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.accounts.sign_in_names import number_in, shown
from clinic.messaging.actions import Recipient, queue_message
from clinic.messaging.models import Channel, MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from patients.domain.phone import is_dialled
from patients.domain.secrets import code_digest, is_same, new_code
from patients.models import AddressProof, ContactPoint, Patient, PortalAccess, PortalInvitation
from patients.models.contact import ContactSystem, ContactUse
from patients.models.portal import Relationship
from patients.models.proof import AddressProofQuerySet

WORKS_FOR = timedelta(minutes=10)
# Each code is five guesses: few codes keep guesses few, and nobody's mailbox is flooded.
MOST_CODES = 5
WITHIN = timedelta(hours=1)
# A second tap of the same thumb is answered like the first, and does nothing more.
SAME_PRESS = timedelta(minutes=1)


class TooManyCodes(Conflict):
    """So many codes were sent lately that one more could be a flood."""

    code = "too_many_codes"
    status = 429
    title = N_("Too many codes")
    default_sentence = N_("We have sent several codes. Wait an hour, or call us.")


@action
def send_joining_code(
    *, invitation: PortalInvitation, name: str, language: str, by: None, now: datetime
) -> AddressProof:
    """To the address or number with which somebody invited wants to sign in.

    `name` is as `sign_in_names` writes it. Raises `TooManyCodes`.
    """
    PortalInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    channel = Channel.SMS if number_in(name) else Channel.EMAIL
    proof = AddressProof(invitation=invitation, channel=channel, address=shown(name))
    return _send(proof, invitation.address_proofs.all(), invitation.name, language, by, now)


@action
def send_contact_code(
    *, patient: Patient, channel: Channel, address: str, by: User, now: datetime
) -> AddressProof:
    """To the address at which a person wants to be reached from now on; it counts once proven.

    Raises `TooManyCodes`, `Invalid`, and `NotAllowed` for a carer.
    """
    require_own_say(by, patient, now)
    if channel == Channel.SMS and settings.SMS is None:
        raise Invalid(N_("We send no text messages. Please call us about your number."))
    lock_record(patient)
    proof = AddressProof(patient=patient, user=by, channel=channel, address=address)
    others = AddressProof.objects.filter(user=by)
    return _send(proof, others, by.name, patient.language, by, now)


@action
def prove_joining_address(*, proof_id: int, code: str, by: None, now: datetime) -> bool:
    """Whether this is the code; a wrong one is counted under the row's lock."""
    proof = AddressProof.objects.select_for_update(no_key=True).get(pk=proof_id)
    if proof.proven_at is not None and now - proof.proven_at < SAME_PRESS:
        return is_same(proof.digest, _digest(code, proof.address))
    return _prove(proof, code, now)


@action
def prove_contact(
    *, patient: Patient, proof: AddressProof, code: str, by: User, now: datetime
) -> bool:
    """With the right code the address becomes the first at which the person is reached.

    The one before stays on file as the second, and is told: so somebody notices a change that was
    not theirs. Raises `NotAllowed`.
    """
    require_own_say(by, patient, now)
    lock_record(patient)
    held = AddressProof.objects.select_for_update(no_key=True).get(pk=proof.pk)
    if (held.patient_id, held.user_id) != (patient.pk, by.pk):
        raise NotAllowed
    is_right = _prove(held, code, now)
    if is_right:
        _tell_the_old_address(patient, held, by, now)
        _put_first(patient, held)
    return is_right


def require_own_say(user: User, patient: Patient, now: datetime) -> None:
    """Raises `NotAllowed` unless this is the person, their parent or their guardian.

    A carer reads along; where the person's messages go is not theirs to say.
    """
    require(user, "patients.manage_own")
    mine = PortalAccess.objects.in_force(now.date()).filter(user=user, patient=patient)
    if not mine.exclude(relationship=Relationship.CARER).exists():
        raise NotAllowed(N_("Only the person, a parent or a guardian can change this."))


def _send(
    proof: AddressProof,
    others: AddressProofQuerySet,
    name: str,
    language: str,
    by: User | None,
    now: datetime,
) -> AddressProof:
    if others.filter(created_at__gt=now - WITHIN).count() >= MOST_CODES:
        raise TooManyCodes
    # An older code works no more: two open ones would be twice the guesses.
    others.filter(proven_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    code = new_code()
    proof.digest = _digest(code, proof.address)
    proof.created_at, proof.expires_at = now, now + WORKS_FOR
    proof.save()
    is_mail = proof.channel == Channel.EMAIL
    queue_message(
        kind=MessageKind.ACCOUNT,
        to=Recipient(
            name=name,
            email=proof.address if is_mail else "",
            phone="" if is_mail else proof.address,
            language=language,
            channel=Channel(proof.channel),
        ),
        text=render("patients/messages/portal_code", language, {"code": code}),
        about=f"address-proof:{proof.pk}",
        dedupe_key=f"address-proof:{proof.pk}",
        valid_until=proof.expires_at,
        urgent=True,
        by=by,
        now=now,
    )
    return proof


def _prove(proof: AddressProof, code: str, now: datetime) -> bool:
    if not proof.is_open(now):
        return False
    if is_same(proof.digest, _digest(code, proof.address)):
        AddressProof.objects.filter(pk=proof.pk).update(proven_at=now)
        return True
    AddressProof.objects.filter(pk=proof.pk).update(attempts=F("attempts") + 1)
    return False


def _digest(code: str, address: str) -> str:
    return code_digest(code, address=address, key=settings.SECRET_KEY)


def _tell_the_old_address(patient: Patient, proof: AddressProof, by: User, now: datetime) -> None:
    is_mail = proof.channel == Channel.EMAIL
    system = ContactSystem.EMAIL if is_mail else ContactSystem.PHONE
    theirs = ContactPoint.objects.filter(patient=patient, system=system).order_by("rank", "id")
    old = theirs.first()
    if old is None or proof.address.lower() in {old.value.lower(), f"+{old.digits}"}:
        return
    if not is_mail and (settings.SMS is None or not is_dialled(old.digits)):
        return
    queue_message(
        kind=MessageKind.ACCOUNT,
        to=Recipient(
            name=patient.name,
            email=old.value if is_mail else "",
            phone="" if is_mail else f"+{old.digits}",
            language=patient.language,
            channel=Channel(proof.channel),
        ),
        text=render("patients/messages/portal_moved", patient.language, {}),
        about=f"address-proof:{proof.pk}",
        dedupe_key=f"address-moved:{proof.pk}",
        patient_id=patient.pk,
        by=by,
        now=now,
    )


def _put_first(patient: Patient, proof: AddressProof) -> None:
    is_mail = proof.channel == Channel.EMAIL
    system = ContactSystem.EMAIL if is_mail else ContactSystem.PHONE
    digits = "" if is_mail else proof.address.removeprefix("+")
    theirs = ContactPoint.objects.filter(patient=patient, system=system)
    same = theirs.filter(value__iexact=proof.address) if is_mail else theirs.filter(digits=digits)
    same.delete()
    theirs.update(rank=F("rank") + 1)
    ContactPoint.objects.create(
        patient=patient,
        system=system,
        use=ContactUse.HOME if is_mail else ContactUse.MOBILE,
        value=proof.address,
        digits=digits,
        rank=1,
    )
