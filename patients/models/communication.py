"""How a person wants to be reached."""

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.models.patient import Patient

QUIET_FROM, QUIET_UNTIL = time(21), time(8)


class PreferredChannel(models.TextChoices):
    """By what they are told."""

    EMAIL = "email", "By e-mail"
    SMS = "sms", "By text message"
    NONE = "none", "Not at all: we call"


@keep_history()
class CommunicationPreference(models.Model):
    """What a person said about messages; without a row, what most people want holds.

    Between `quiet_from` and `quiet_until`, on the clock of the place the message is about, nothing
    that can wait is sent; the same time twice means that there are no such hours.
    """

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, related_name="communication_preference"
    )
    channel = models.TextField(choices=PreferredChannel)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    reminders = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=PreferredChannel.values),
                name="communication_preference_channel_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_channel_display()
