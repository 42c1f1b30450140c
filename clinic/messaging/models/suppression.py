"""Addresses to which nothing more is sent."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clinic.messaging.models.message import Channel
from clinic.shared.history import keep_history


class SuppressionReason(models.TextChoices):
    """Why nothing is sent there."""

    STOP = "stop", "They asked us to stop"
    BOUNCE = "bounce", "The address does not exist"
    COMPLAINT = "complaint", "They reported a message as unwanted"


@keep_history()
class Suppression(models.Model):
    """Nothing is sent to this address from `since_at` until it is lifted.

    `address` is normalised: an e-mail address in lower case, a number as +15125550100.
    `lifted_reason` is why it was lifted, in the words of whoever did; a lifted row stays.
    """

    channel = models.TextField(choices=Channel)
    address = models.TextField()
    reason = models.TextField(choices=SuppressionReason)
    since_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "channel",
                "address",
                name="suppression_is_in_force_once",
                condition=Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="suppression_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values),
                name="suppression_reason_is_known",
            ),
            models.CheckConstraint(condition=~Q(address=""), name="suppression_has_an_address"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since_at")),
                name="suppression_is_lifted_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_reason=""),
                name="suppression_is_lifted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_reason_display()}"
