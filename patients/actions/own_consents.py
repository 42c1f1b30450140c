"""Agreeing, and taking it back, in the portal: in one's own name, or for somebody one cares for."""

from datetime import date, datetime

from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.standing import lock_record
from patients.domain.consent_texts import TEXTS, ConsentText
from patients.models import Consent, Patient
from patients.models.consent import ConsentDecision, ConsentKind, ConsentMethod
from patients.models.portal import Relationship
from patients.queries import own_record

TELL = "patients.tell_own"
SHORTEST_NAME = 3


class TextChanged(Conflict):
    """There is a newer text than the one that was read."""

    code = "text_changed"
    default_sentence = N_("This text has just changed. Please read it again before you sign.")


class SignsForAnother(NotAllowed):
    """A carer cannot agree to a treatment in somebody else's place."""

    code = "signs_for_another"
    title = N_("Please ask the person")
    default_sentence = N_(
        "This must be signed by the person, or by a parent or guardian. You can read it here."
    )


@action
def sign_own_consent(
    *, patient: Patient, text: ConsentText, name: str, today: date, by: User, now: datetime
) -> Consent:
    """Keep that somebody agreed to this text, with their typed name; it never changes.

    `today` is the day where the person is. Raises `Invalid` without a name, `TextChanged`,
    `SignsForAnother`, `NotFound`, `NotAllowed`.
    """
    typed = " ".join(name.split())
    if len(typed) < SHORTEST_NAME:
        raise Invalid(N_("Please type your full name."))
    return _decide(patient, text, ConsentDecision.PERMIT, typed, today, by, now)


@action
def take_back_own_consent(
    *, patient: Patient, text: ConsentText, today: date, by: User, now: datetime
) -> Consent:
    """Keep that somebody does not agree any more; twice is as good as once.

    Raises as `sign_own_consent`.
    """
    return _decide(patient, text, ConsentDecision.DENY, by.name, today, by, now)


def _decide(
    patient: Patient,
    text: ConsentText,
    decision: ConsentDecision,
    name: str,
    today: date,
    by: User,
    now: datetime,
) -> Consent:
    require(by, TELL)
    own = own_record(by, patient.pk, now=now)
    if own.seen_as is None or not text.may_be_signed_as(own.seen_as.relationship):
        raise SignsForAnother
    if TEXTS[text.kind].version != text.version:
        raise TextChanged
    lock_record(own)
    last = Consent.objects.filter(patient=own, kind=text.kind).order_by("-id").first()
    is_so = last is not None and last.decision == decision and last.until_date is None
    if last is not None and is_so and (decision == "deny" or last.version == text.version):
        return last
    return Consent.objects.create(
        patient=own,
        kind=ConsentKind(text.kind),
        decision=decision,
        method=ConsentMethod.PORTAL,
        given_by=_who(own, name),
        version=text.version,
        decided_date=today,
        recorded_by=by,
    )


def _who(patient: Patient, name: str) -> str:
    """The typed name, and as what it was typed."""
    seen_as = patient.seen_as
    if seen_as is None or seen_as.is_self:
        return name[:150]
    words = f" ({Relationship(seen_as.relationship).label.lower()} of {patient.name})"
    return f"{name[: max(0, 150 - len(words))]}{words}"[:150]
