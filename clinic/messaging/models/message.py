"""Messages: rows that say what is due, and what became of it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history

MAX_ATTEMPTS = 8
NO_WORD = "It was taken, and nobody has told since whether it arrived."


class Channel(models.TextChoices):
    """By what a message travels."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"


class MessageKind(models.TextChoices):
    """Why a message is sent."""

    APPOINTMENT_BOOKED = "appointment_booked", "Visit confirmation"
    APPOINTMENT_MOVED = "appointment_moved", "Visit moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled", "Visit cancelled"
    APPOINTMENT_REMINDER = "appointment_reminder", "Reminder of a visit"
    SERIES_BOOKED = "series_booked", "Confirmation of a series"
    WAITLIST_OFFER = "waitlist_offer", "A time offered from the waitlist"
    RUNNING_LATE = "running_late", "The clinic runs late"
    CHECK_IN_LINK = "check_in_link", "Link for checking in"
    PREPARATION = "preparation", "How to prepare for a visit"
    AFTERCARE = "aftercare", "What to do after a visit"
    QUESTIONNAIRE = "questionnaire", "Questions to answer"
    FOLLOW_UP = "follow_up", "Follow-up"
    PORTAL_MESSAGE = "portal_message", "An answer in the portal"
    NO_SHOW = "no_show", "A missed visit"
    NEWSLETTER = "newsletter", "News and education"
    URGENT_ADVICE = "urgent_advice", "What to do now"
    SMS_ANSWER = "sms_answer", "Answer to a text message"
    TEAM_NOTICE = "team_notice", "Notice to the team"
    ACCOUNT = "account", "Sign-in help"
    EMERGENCY_ACCESS = "emergency_access", "Emergency access"


class MessageStatus(models.TextChoices):
    """Where a message is on its way.

    Sent: the mail server or the provider of text messages has taken it. Delivered and bounced are
    what they told afterwards, if they tell.
    """

    DUE = "due", "Waiting to be sent"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    BOUNCED = "bounced", "Came back"
    PARKED = "parked", "Not sent"
    WITHDRAWN = "withdrawn", "No longer needed"


# What they say is between their writer and whoever gets them: a condition, a medicine, a key.
PRIVATE = frozenset(
    {
        MessageKind.ACCOUNT,
        MessageKind.NEWSLETTER,
        MessageKind.PREPARATION,
        MessageKind.AFTERCARE,
        MessageKind.QUESTIONNAIRE,
        MessageKind.FOLLOW_UP,
        MessageKind.PORTAL_MESSAGE,
        MessageKind.WAITLIST_OFFER,
    }
)
# Somebody outside has it, or had it.
HANDED_OVER = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.BOUNCED)


class MessageQuerySet(models.QuerySet["Message"]):
    """The words for picking messages."""

    def unclaimed(self, now: datetime) -> "MessageQuerySet":
        """Still to be sent, and not in the hands of a worker whose claim still holds."""
        return self.filter(status=MessageStatus.DUE).filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        )

    def claimable(self, now: datetime) -> "MessageQuerySet":
        """Those of the unclaimed whose time has come, and whose kind nobody has paused."""
        # The table of what is paused names the kinds above.
        from clinic.messaging.models.operating import PausedKind

        paused = PausedKind.objects.filter(resumed_at__isnull=True).values("kind")
        return self.unclaimed(now).filter(due_at__lte=now).exclude(kind__in=paused)

    def newest_first(self) -> "MessageQuerySet":
        return self.order_by("-created_at", "-id")


@keep_history(without=["claimed_until", "attempts", "body", "request_id"])
class Message(models.Model):
    """One message to one address.

    `dedupe_key` names the occasion ("appointment 7f…: booked"), so that nobody is told twice.
    `about` names the row the message is about, and `patient_id` the person, without foreign keys,
    which would point upwards. `to_address` is an e-mail address or a number as +15125550100.
    `valid_until`: at this instant it is of no use any more and is never sent.
    `claimed_until` is the lease of the worker that is sending it; a dead worker's lease runs out.
    `provider_id` is what whoever took it calls it. `last_error` says why it did not go out.
    `request_id` is the request that caused it, so that its delivery can be found in the logs.
    """

    kind = models.TextField(choices=MessageKind)
    status = models.TextField(choices=MessageStatus, default=MessageStatus.DUE)
    channel = models.TextField(choices=Channel, default=Channel.EMAIL, db_default=Channel.EMAIL)
    language = models.TextField(default="en", db_default="en")
    about = models.TextField(blank=True)
    patient_id = models.UUIDField(null=True, blank=True, db_index=True)
    to_name = models.TextField()
    to_address = models.TextField(blank=True)
    subject = models.TextField()
    body = models.TextField()
    dedupe_key = models.TextField(unique=True)
    due_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    provider_id = models.TextField(blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    request_id = models.TextField(blank=True, default="", db_default="")
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
                condition=Q(channel__in=Channel.values), name="message_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=HANDED_OVER, sent_at__isnull=False)
                | (~Q(status__in=HANDED_OVER) & Q(sent_at__isnull=True)),
                name="message_sent_has_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(status=MessageStatus.PARKED) | ~Q(last_error=""),
                name="message_parked_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[MessageStatus.PARKED, MessageStatus.WITHDRAWN])
                | ~Q(to_address=""),
                name="message_has_an_address",
            ),
        ]
        indexes: ClassVar = [
            models.Index("channel", "due_at", name="message_due", condition=Q(status="due")),
            # Withdrawing looks among what waits or is stuck, however much has gone out.
            models.Index("about", name="message_about", condition=Q(status__in=["due", "parked"])),
            models.Index("provider_id", name="message_provider_id", condition=~Q(provider_id="")),
            models.Index(F("created_at").desc(), name="message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_without_a_word(self) -> bool:
        """Whether it was taken and nobody has told what became of it, as `queries` marks it."""
        return bool(getattr(self, "no_word", False))

    @property
    def trouble(self) -> str:
        """Why somebody should look at it, "" if nobody need."""
        return NO_WORD if self.is_without_a_word else self.last_error

    @property
    def is_private(self) -> bool:
        """Whether its words are shown to nobody but whoever gets it."""
        return self.kind in PRIVATE
