"""What the operator decides about the outbox, and who was seen at work."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.messaging.models.message import MessageKind


class PausedKind(models.Model):
    """Messages of this kind wait, from `paused_at` until somebody resumes them, and why.

    They stay due: what is resumed goes out, unless it is no longer true by then.
    """

    kind = models.TextField(choices=MessageKind)
    reason = models.CharField(max_length=200)
    paused_at = models.DateTimeField()
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="paused_kinds"
    )
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resumed_kinds",
    )

    class Meta:
        ordering: ClassVar = ["-paused_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "kind", name="kind_is_paused_once", condition=Q(resumed_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MessageKind.values), name="paused_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="paused_kind_says_why"),
            models.CheckConstraint(
                condition=Q(resumed_at__isnull=True, resumed_by__isnull=True)
                | Q(resumed_at__isnull=False, resumed_by__isnull=False),
                name="paused_kind_says_who_resumed_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"


class Process(models.TextChoices):
    """What must run for anything to happen by itself."""

    BEAT = "beat", "The clock (beat)"
    WORKER = "worker", "The worker"


class Heartbeat(models.Model):
    """When a process was last seen at work: beat when it ticks, the worker when a tick arrives."""

    name = models.TextField(choices=Process, primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(name__in=Process.values), name="heartbeat_name_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_name_display()
