"""What a provider tells about a message that it took."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.messaging.models.message import Message
from clinic.shared.history import never_changed


class DeliveryOutcome(models.TextChoices):
    """What happened to it."""

    DELIVERED = "delivered", "Delivered"
    DEFERRED = "deferred", "Delayed on the way"
    BOUNCED = "bounced", "Came back"
    REJECTED = "rejected", "Refused"
    COMPLAINED = "complained", "Reported as unwanted"


class DeliveryEvent(models.Model):
    """One such telling. Told again, it is the same row, and changes nothing.

    `occurred_at` is the provider's own instant, or ours when it names none.
    """

    provider = models.TextField()
    provider_event_id = models.TextField()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    event = models.TextField(choices=DeliveryOutcome)
    occurred_at = models.DateTimeField()
    detail = models.TextField(blank=True, default="")
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        triggers: ClassVar = [never_changed()]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "provider", "provider_event_id", name="delivery_event_is_told_once"
            ),
            models.CheckConstraint(
                condition=Q(event__in=DeliveryOutcome.values), name="delivery_event_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_event_display()}"
