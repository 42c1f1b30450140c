"""How somebody is after a treatment: what they told us, and what came of an alarming answer."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.vocabulary import URGENCIES
from treatments.models.follow_up import FollowUp


class ToldBy(models.TextChoices):
    """On which way an answer came."""

    LINK = "link", "By the person, on their phone"
    CALL = "call", "On the phone, written down by the clinic"
    SMS = "sms", "By text message"
    LETTER = "letter", "In a message in the portal"


@keep_history()
class WellBeing(models.Model):
    """What somebody answered when they were asked how they are; never rewritten.

    `asked` are the keys of the red flags they were asked, `flags` those they said yes to. With one
    of them it is an alarm: `urgency` says how soon, `desk_words` what the desk may read, and it
    stays until a physician has said what was done (`outcome`).
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="well_beings")
    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    told_by = models.TextField(choices=ToldBy)
    asked = ArrayField(models.TextField(), default=list, blank=True)
    flags = ArrayField(models.TextField(), default=list, blank=True)
    words = models.TextField(blank=True)
    urgency = models.TextField(blank=True)
    desk_words = models.TextField(blank=True)
    told_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="written_well_beings",
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seen_alarms",
    )
    outcome = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="settled_alarms",
    )

    class Meta:
        ordering: ClassVar = ["-told_at", "-id"]
        triggers: ClassVar = [
            never_changed(
                but=["patient", "seen_at", "seen_by", "outcome", "settled_at", "settled_by"]
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(told_by__in=ToldBy.values), name="well_being_told_by_is_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=["", *URGENCIES]), name="well_being_urgency_is_known"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="alarm_that_was_seen_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, outcome="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="alarm_that_is_settled_says_what_was_done",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("told_at").desc(), name="well_being_of_patient"),
            models.Index(
                "told_at",
                name="alarm_open",
                condition=~Q(urgency="") & Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_told_by_display()}, {self.told_at:%Y-%m-%d}"
