"""Text messages that people send to the clinic."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history


class InboundOutcome(models.TextChoices):
    """What was made of it."""

    STOPPED = "stopped", "Nothing more is sent there"
    STARTED = "started", "Messages are sent there again"
    HELPED = "helped", "Told how to reach us"
    CONFIRMED = "confirmed", "The visit is confirmed"
    CANCELLED = "cancelled", "The visit is cancelled"
    FOR_THE_DESK = "for_the_desk", "For the desk to read"
    ALARMING = "alarming", "It names a danger: a clinician was told"
    ANSWERED = "answered", "Answered"
    IGNORED = "ignored", "Nothing to do"


class InboundQuerySet(models.QuerySet["InboundMessage"]):
    """The words for picking them."""

    def claimable(self, now: datetime) -> "InboundQuerySet":
        """Not handled yet, and in nobody's hands."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.filter(free, handled_at__isnull=True)


@keep_history(without=["claimed_until", "attempts", "text"])
class InboundMessage(models.Model):
    """One text message, as it came; sent to us twice by the provider, it is one row.

    `from_phone` and `to_phone` are numbers as +15125550100. `about` names the row that it turned
    out to be about ("appointment:7f…"), `patient_id` the person, when that is known.
    """

    provider_id = models.TextField(unique=True)
    from_phone = models.TextField()
    to_phone = models.TextField(blank=True, default="")
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(choices=InboundOutcome, blank=True, default="")
    about = models.TextField(blank=True, default="")
    patient_id = models.UUIDField(null=True, blank=True, db_index=True)

    objects: ClassVar = InboundQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=["", *InboundOutcome.values]),
                name="inbound_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, outcome="")
                | (Q(handled_at__isnull=False) & ~Q(outcome="")),
                name="inbound_handled_has_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                F("received_at"), name="inbound_unhandled", condition=Q(handled_at__isnull=True)
            ),
            models.Index("from_phone", F("received_at").desc(), name="inbound_from"),
        ]

    def __str__(self) -> str:
        return f"Text message #{self.pk}"
