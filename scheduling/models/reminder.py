"""When people are reminded of their visits, and what they answered."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.messaging.models import InboundMessage
from clinic.shared.history import keep_history, never_changed, never_deleted
from scheduling.models.appointment import Appointment
from scheduling.models.site import Site
from scheduling.models.visit_type import VisitType

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(days=60)


@keep_history(without=["looked_at"])
class ReminderRule(models.Model):
    """People are reminded so long `before` a visit; 1 day is 24 hours, whatever clocks do.

    Without a site, or a kind of visit, it holds for all. Rules for one kind of visit or one site
    stand instead of the general ones, also where they are all switched off: then nobody is
    reminded. The calendar itself says what is due; `looked_at` is how far it has been looked
    through, and empty when all of it is to be looked at anew.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, null=True, blank=True, related_name="reminder_rules"
    )
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.CASCADE, null=True, blank=True, related_name="reminder_rules"
    )
    before = models.DurationField()
    is_active = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["visit_type__name", "site__name", "-before"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "visit_type", "before"],
                name="reminder_rule_is_listed_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(before__gte=SHORTEST, before__lte=LONGEST),
                name="reminder_is_30_minutes_to_60_days_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.in_words} before"

    @property
    def in_words(self) -> str:
        """How long before: "2 days", "3 hours", "90 minutes"."""
        minutes = int(self.before.total_seconds()) // 60
        for size, word in ((1440, "day"), (60, "hour")):
            if minutes % size == 0:
                number = minutes // size
                return f"{number} {word}" if number == 1 else f"{number} {word}s"
        return f"{minutes} minutes"


class AnswerKind(models.TextChoices):
    """What somebody answered to a message about their visit."""

    CONFIRM = "confirm", "Comes"
    CANCEL = "cancel", "Does not come"
    MOVE = "move", "Chose another time"
    REBOOK = "rebook", "Chose a new time after a missed visit"


@keep_history()
class VisitAnswer(models.Model):
    """An answer by link or text message. Each link and each text message answers once.

    `key` names what it was: the hash of a link's secret, or the text message.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="answers")
    # What was booked, if a new time was chosen after a missed visit.
    new_appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=80, unique=True)
    answer = models.TextField(choices=AnswerKind)
    answered_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer__in=AnswerKind.values), name="visit_answer_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_answer_display())


class WhyAsked(models.TextChoices):
    """Why a person at the desk has to read a text message."""

    ALARM = "alarm", "It names a danger: call them now"
    UNCLEAR = "unclear", "It says something else than yes or cancel"
    SEVERAL = "several", "Several people share this number"
    NOBODY = "nobody", "Nobody with this number has a visit that we wrote about"
    TOO_LATE = "too_late", "They cancel, but it is too late to do so by themselves"
    CHANGED = "changed", "The visit has changed since we wrote"


@keep_history()
class TextToAnswer(models.Model):
    """A text message that somebody at the desk has to read and settle."""

    inbound = models.OneToOneField(InboundMessage, on_delete=models.CASCADE, related_name="+")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.TextField(choices=WhyAsked)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(why__in=WhyAsked.values), name="text_to_answer_reason_is_known"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="text_to_answer_is_done_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index("asked_at", name="text_to_answer_open", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.get_why_display())

    @property
    def is_alarm(self) -> bool:
        """Whether it names a danger, and cannot wait."""
        return self.why == WhyAsked.ALARM
