"""Writing down how a person wants to be reached."""

from dataclasses import dataclass
from datetime import datetime, time

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.messaging.actions.suppressions import lift_suppression
from clinic.messaging.models import Suppression, SuppressionReason
from clinic.shared.actions import action
from clinic.shared.errors import Conflict
from patients.actions.proofs import require_own_say
from patients.actions.standing import lock_record
from patients.models import CommunicationPreference, Patient


@dataclass(frozen=True)
class Wish:
    """What they said. See `CommunicationPreference`."""

    channel: str
    quiet_from: time
    quiet_until: time
    reminders: bool


@action
def set_preference(*, patient: Patient, wish: Wish, by: User, now: datetime) -> None:
    """Keep how this person wants to be reached. Raises `NotAllowed`."""
    require(by, "patients.manage_consents")
    lock_record(patient)
    CommunicationPreference.objects.update_or_create(patient=patient, defaults=vars(wish))


@action
def set_own_preference(
    *, patient: Patient, wish: Wish, language: str, by: User, now: datetime
) -> None:
    """Keep what somebody said in the portal. Raises `NotAllowed` for a carer."""
    require_own_say(by, patient, now)
    lock_record(patient)
    CommunicationPreference.objects.update_or_create(patient=patient, defaults=vars(wish))
    Patient.objects.filter(pk=patient.pk).update(language=language)


@action
def write_again(
    *, patient: Patient, suppression: Suppression, reason: str, by: User, now: datetime
) -> None:
    """Let messages go again to an address of this person; `suppression` comes from a door.

    Raises `Conflict` for a text message's STOP, which only they can take back, `Invalid` without a
    reason, `NotAllowed`.
    """
    require(by, "patients.manage_consents")
    if suppression.reason == SuppressionReason.STOP and suppression.channel == "sms":
        raise Conflict("They answered STOP: only they can take that back, by sending START to us.")
    lift_suppression(suppression=suppression, reason=reason, by=by, now=now)
