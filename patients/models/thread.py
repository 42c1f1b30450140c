"""What people and their clinic write to each other in the portal."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import Team
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.domain.talk import CLINICAL, LONGEST_SUBJECT
from patients.domain.urgent_words import SIGNS
from patients.models.document import Document
from patients.models.patient import UUID7, Patient


class ThreadTopic(models.TextChoices):
    """What it is about, as the person said: it decides who reads it."""

    TREATMENT = "treatment", _("My treatment")
    MEDICINES = "medicines", _("My medicines")
    APPOINTMENT = "appointment", _("A visit")
    PAPERS = "papers", _("Papers and bills")


class ThreadStatus(models.TextChoices):
    """Whether anybody still works on it."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


@keep_history(without=["asked_at", "answer_due_at", "is_urgent"])
class Thread(models.Model):
    """One subject that a person wrote about, with everything said to it.

    `team` are the people of the place where the person comes; without one everybody may see it.
    While the person waits for an answer, `asked_at` is when they wrote first, `answer_due_at` when
    they were told to have an answer, and `is_urgent` whether their words named a danger.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="threads")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    topic = models.TextField(choices=ThreadTopic)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    status = models.TextField(choices=ThreadStatus, default=ThreadStatus.OPEN)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_threads",
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opened_threads"
    )
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    is_urgent = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-last_at", "-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(topic__in=ThreadTopic.values), name="thread_topic_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ThreadStatus.values), name="thread_status_is_known"
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="thread_has_a_subject"),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False)
                | Q(asked_at__isnull=True, answer_due_at__isnull=True, is_urgent=False),
                name="thread_that_waits_for_nothing_is_not_urgent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "asked_at",
                name="thread_waiting",
                condition=Q(asked_at__isnull=False),
            ),
            models.Index("patient", F("last_at").desc(), name="thread_of_patient"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_clinical(self) -> bool:
        """Whether only those read it who may open the chart."""
        return self.topic in CLINICAL

    @property
    def is_open(self) -> bool:
        """Whether anybody still works on it."""
        return self.status == ThreadStatus.OPEN


@keep_history(without=["read_at"])
class ThreadMessage(models.Model):
    """What somebody wrote; it stays as it was written.

    `signs` are the dangers that the words of a person name (`patients.domain.urgent_words`), and
    `has_called` whether they say that they have called. `read_at`: when the person first saw what
    the clinic wrote.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="thread_messages"
    )
    from_patient = models.BooleanField()
    body = models.TextField()
    sent_at = models.DateTimeField()
    signs = ArrayField(models.TextField(), default=list, blank=True)
    has_called = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="thread_messages",
    )

    class Meta:
        ordering: ClassVar = ["sent_at", "id"]
        triggers: ClassVar = [never_changed(but=["read_at"]), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(body=""), name="thread_message_says_something"),
            models.CheckConstraint(
                condition=Q(from_patient=True) | Q(signs=[], has_called=False),
                name="thread_message_of_staff_names_no_danger",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d}"

    @property
    def is_urgent(self) -> bool:
        """Whether the words name a danger."""
        return bool(self.signs)

    @property
    def urgent_words(self) -> list[str]:
        """The dangers that were named, for staff."""
        return [SIGNS[key].name for key in self.signs if key in SIGNS]


@keep_history()
class DocumentShare(models.Model):
    """A paper that staff chose to show to the person in the portal, until they take that back."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="share")
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shared_documents"
    )
    shared_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.document)
