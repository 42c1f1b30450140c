"""Files that people send from the portal, until the desk has looked at them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from clinic.shared.uploads import ENDINGS
from patients.models.document import Document, DocumentKind
from patients.models.patient import UUID7, Patient


class SentState(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", "To look at"
    FILED = "filed", "Filed"
    REFUSED = "refused", "Not taken"


# What somebody may photograph at home; the other papers the desk scans itself.
SENDABLE = (DocumentKind.INSURANCE_CARD, DocumentKind.REFERRAL)


@keep_history(without=["content"])
class SentFile(models.Model):
    """A file that a person, or somebody for them, sent: no paper of the clinic's until it is filed.

    Pictures were drawn anew before they came here, so nothing but the picture is in them. `digest`
    is the SHA-256 of the content, in hexadecimal. Once it is decided on, `content` is empty: what
    was filed stands in `document`, and what was refused is gone; `reason` is what the person reads.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sent_files")
    kind = models.TextField(choices=[(kind.value, kind.label) for kind in SENDABLE])
    media_type = models.TextField()
    digest = models.TextField()
    content = models.BinaryField(blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sent_files"
    )
    state = models.TextField(choices=SentState, default=SentState.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_files",
    )
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="sent_file"
    )

    class Meta:
        ordering: ClassVar = ["-sent_at", "-id"]
        triggers: ClassVar = [
            never_changed(
                but=[
                    "patient",
                    "content",
                    "state",
                    "reason",
                    "decided_at",
                    "decided_by",
                    "document",
                ]
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "patient",
                "kind",
                "digest",
                name="sent_file_waits_once",
                condition=Q(state=SentState.WAITING),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in SENDABLE]),
                name="sent_file_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=sorted(ENDINGS)), name="sent_file_media_type_is_taken"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=SentState.WAITING,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    document__isnull=True,
                )
                & ~Q(content=b"")
                | Q(
                    state=SentState.FILED,
                    decided_at__gte=F("sent_at"),
                    decided_by__isnull=False,
                    document__isnull=False,
                    content=b"",
                )
                | Q(
                    state=SentState.REFUSED,
                    decided_at__gte=F("sent_at"),
                    decided_by__isnull=False,
                    document__isnull=True,
                    content=b"",
                )
                & ~Q(reason=""),
                name="sent_file_is_decided_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "sent_at", name="sent_file_to_look_at", condition=Q(state=SentState.WAITING)
            ),
            models.Index("patient", F("sent_at").desc(), name="sent_file_of_patient"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided on it."""
        return self.state == SentState.WAITING

    @property
    def file_name(self) -> str:
        """How it is called when it leaves, without its ending. Reads the patient."""
        return f"{self.kind}-{self.patient.record_number}-{self.sent_at:%Y-%m-%d}"
