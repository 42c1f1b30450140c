"""A booking that somebody is making for themself, question by question."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.models import Patient
from patients.models.patient import UUID7
from scheduling.models.appointment import Appointment
from scheduling.models.hold import Hold
from scheduling.models.resource import Resource
from scheduling.models.site import Site
from scheduling.models.visit_type import VisitType
from treatments.domain.vocabulary import URGENCIES


class IntentEnd(models.TextChoices):
    """What became of it. One that nobody ended runs out at `expires_at`."""

    BOOKED = "booked", "Booked"
    EMERGENCY = "emergency", "Stopped by an emergency answer"
    LEFT = "left", "Left"


class PartWished(models.TextChoices):
    """When on a day, by the site's wall clock."""

    ANY = "", "Any time"
    MORNING = "morning", "Morning"
    AFTERNOON = "afternoon", "Afternoon"


class BookingIntentQuerySet(models.QuerySet["BookingIntent"]):
    """The words for picking them."""

    def live(self, now: datetime) -> "BookingIntentQuerySet":
        """Those that somebody can go on with."""
        return self.filter(ended_at__isnull=True, expires_at__gt=now)


@keep_history()
class BookingIntent(models.Model):
    """What somebody has answered so far, so that a back button or a dead phone loses nothing.

    `answers` says of each red flag that was asked whether it fits, by its key: the person's own
    words, never a finding. `urgency` is how soon the rules want the person seen, known once all is
    answered. `expires_at` moves on with each answer. One person's own writers queue up on their
    record, so there is one that is live.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="booking_intents")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="booking_intents"
    )
    answers = models.JSONField(default=dict, blank=True)
    urgency = models.TextField(blank=True)
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clinician = models.ForeignKey(
        Resource, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    part = models.TextField(choices=PartWished, blank=True, default=PartWished.ANY)
    reason = models.CharField(max_length=200, blank=True)
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="booking_intents"
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="booking_intents",
    )
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.TextField(choices=IntentEnd, blank=True)

    objects: ClassVar = BookingIntentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(part__in=PartWished.values), name="booking_intent_part_is_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=["", *URGENCIES]), name="booking_intent_urgency_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_as="", ended_at__isnull=True)
                | Q(ended_as__in=IntentEnd.values, ended_at__isnull=False),
                name="booking_intent_that_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(ended_as=IntentEnd.BOOKED, appointment__isnull=False)
                | (~Q(ended_as=IntentEnd.BOOKED) & Q(appointment__isnull=True)),
                name="booking_intent_that_booked_names_the_visit",
            ),
        ]

    @property
    def flags(self) -> list[str]:
        """The red flags that the person said yes to."""
        return sorted(key for key, says in self.answers.items() if says)

    def __str__(self) -> str:
        return f"{self.patient}, {self.started_at:%Y-%m-%d %H:%M}Z"
