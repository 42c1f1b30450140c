"""Messages: rows that say what is due, and what became of it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history

MAX_ATTEMPTS = 8


class MessageKind(models.TextChoices):
    """Why a message is sent."""

    APPOINTMENT_BOOKED = "appointment_booked", "Visit confirmation"
    APPOINTMENT_MOVED = "appointment_moved", "Visit moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled", "Visit cancelled"
    SERIES_BOOKED = "series_booked", "Confirmation of a series"
    WAITLIST_OFFER = "waitlist_offer", "A time offered from the waitlist"
    RUNNING_LATE = "running_late", "The clinic runs late"
    CHECK_IN_LINK = "check_in_link", "Link for checking in"
    ACCOUNT = "account", "Sign-in help"
    EMERGENCY_ACCESS = "emergency_access", "Emergency access"


class MessageStatus(models.TextChoices):
    """Where a message is on its way."""

    DUE = "due", "Waiting to be sent"
    SENT = "sent", "Sent"
    PARKED = "parked", "Not sent"
    WITHDRAWN = "withdrawn", "No longer needed"


class MessageQuerySet(models.QuerySet["Message"]):
    """The words for picking messages."""

    def unclaimed(self, now: datetime) -> "MessageQuerySet":
        """Still to be sent, and not in the hands of a worker whose claim still holds."""
        return self.filter(status=MessageStatus.DUE).filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        )

    def claimable(self, now: datetime) -> "MessageQuerySet":
        """Those of the unclaimed whose time has come."""
        return self.unclaimed(now).filter(due_at__lte=now)

    def newest_first(self) -> "MessageQuerySet":
        return self.order_by("-created_at", "-id")


@keep_history(without=["claimed_until", "attempts", "body"])
class Message(models.Model):
    """One message to one address.

    `dedupe_key` names the occasion ("appointment 7f…: booked"), so that nobody is told twice.
    `about` names the row the message is about, and `patient_id` the person, without foreign keys,
    which would point upwards.
    `claimed_until` is the lease of the worker that is sending it; a dead worker's lease runs out.
    """

    kind = models.TextField(choices=MessageKind)
    status = models.TextField(choices=MessageStatus, default=MessageStatus.DUE)
    about = models.TextField(blank=True)
    patient_id = models.UUIDField(null=True, blank=True, db_index=True)
    to_name = models.TextField()
    to_address = models.TextField(blank=True)
    subject = models.TextField()
    body = models.TextField()
    dedupe_key = models.TextField(unique=True)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=MessageStatus.values), name="message_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MessageKind.values), name="message_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MessageStatus.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_has_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(status=MessageStatus.PARKED) | ~Q(last_error=""),
                name="message_parked_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=MessageStatus.PARKED) | ~Q(to_address=""),
                name="message_has_an_address",
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("due_at"), name="message_due", condition=Q(status=MessageStatus.DUE)),
            models.Index(F("created_at").desc(), name="message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
