"""A code sent to an address: whoever can read it there has that address."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.messaging.models import Channel
from clinic.shared.history import keep_history
from patients.models.invitation import PortalInvitation
from patients.models.patient import Patient

# So many wrong codes spend it.
MOST_GUESSES = 5


class AddressProofQuerySet(models.QuerySet["AddressProof"]):
    """The words for picking proofs."""

    def waiting(self, now: datetime) -> "AddressProofQuerySet":
        """Those whose code may still be typed."""
        return self.filter(proven_at__isnull=True, expires_at__gt=now, attempts__lt=MOST_GUESSES)


@keep_history(without=["digest", "attempts"])
class AddressProof(models.Model):
    """An e-mail address or a number (as +15125550100) that somebody says is theirs.

    Asked for on the way in (`invitation`), or by somebody who signed in and changes how the clinic
    reaches a person (`patient`, `user`). Kept is a keyed hash of the code.
    """

    invitation = models.ForeignKey(
        PortalInvitation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="address_proofs",
    )
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="address_proofs",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="address_proofs",
    )
    channel = models.TextField(choices=Channel)
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = AddressProofQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="address_proof_channel_is_known"
            ),
            models.CheckConstraint(condition=~Q(address=""), name="address_proof_has_an_address"),
            models.CheckConstraint(
                condition=Q(attempts__lte=MOST_GUESSES), name="address_proof_guesses_are_few"
            ),
            models.CheckConstraint(
                condition=Q(invitation__isnull=False, patient__isnull=True, user__isnull=True)
                | Q(invitation__isnull=True, patient__isnull=False, user__isnull=False),
                name="address_proof_is_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def is_open(self, now: datetime) -> bool:
        """Whether a code may still be typed."""
        is_over = self.proven_at or self.expires_at <= now
        return not is_over and self.attempts < MOST_GUESSES
