"""Settings of a clinic with one guard taken off, for the positive controls.

`DORSA_SABOTAGE` names the guard. Only processes that tests start are ever told to use this.
"""

import os
from pathlib import Path

from django.apps import AppConfig

from clinic.settings import *  # noqa: F403
from clinic.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.sabotage.Sabotage"]

# Seconds.
SLOW_DISK = 1


class Sabotage(AppConfig):
    """Takes the guard off as soon as everything is loaded."""

    name = "tests.faults.sabotage"
    label = "sabotage"
    path = str(Path(__file__).parent)

    def ready(self):
        guards = {
            "order": no_order,
            "claim": no_claim,
            "places": no_locks_on_places,
            "joining": no_lock_on_the_way_in,
        }
        guards[os.environ["DORSA_SABOTAGE"]]()


def no_order():
    """It is written down that a message is out before it is."""
    from django.utils import timezone

    from clinic.messaging import delivery

    hand_over = delivery._hand_over

    def written_first(claimed, gateway):
        said = delivery.Outcome(claimed.message, provider_id="none")
        delivery.record_outcomes(outcomes=[said], by="worker", now=timezone.now())
        return hand_over(claimed, gateway)

    delivery._hand_over = written_first


def no_claim():
    """Whoever looks takes what is due, whether or not somebody else has it in hand."""
    from contextlib import contextmanager

    from clinic.messaging import delivery
    from clinic.messaging.actions.delivery import Claimed
    from clinic.messaging.models import Message, MessageStatus

    @contextmanager
    def everybody(_channel, _now):
        yield True

    def take(*, channel, limit, by, now):
        due = Message.objects.filter(status=MessageStatus.DUE, channel=channel, due_at__lte=now)
        return [Claimed(row) for row in due.order_by("due_at", "id")[:limit]]

    delivery.turn, delivery.claim_messages = everybody, take


def no_locks_on_places():
    """Two who look at one place at once both find it free; the test drops the constraint."""
    from scheduling.actions import places
    from scheduling.models import Resource

    places.lock_resources = Resource.objects.in_bulk


def no_lock_on_the_way_in():
    """Who uses a link or guesses at the same moment finds it as it was before all the others.

    A slow disk makes that moment a long one.
    """
    import time

    from patients.actions import invitations, proofs
    from patients.models import AddressProof, PortalInvitation
    from patients.models.invitation import PortalInvitationQuerySet
    from patients.models.proof import AddressProofQuerySet

    for rows in (PortalInvitationQuerySet, AddressProofQuerySet):
        rows.select_for_update = lambda self, **_how: self
    for module in (invitations, proofs):
        module.lock_record = lambda _patient: None
    save = PortalInvitation.save

    def saved(row, **how):
        time.sleep(SLOW_DISK)
        save(row, **how)

    def prove(proof, code, now):
        if not proof.is_open(now):
            return False
        if proofs.is_same(proof.digest, proofs._digest(code, proof.address)):
            AddressProof.objects.filter(pk=proof.pk).update(proven_at=now)
            return True
        time.sleep(SLOW_DISK)
        AddressProof.objects.filter(pk=proof.pk).update(attempts=proof.attempts + 1)
        return False

    PortalInvitation.save, proofs._prove = saved, prove
