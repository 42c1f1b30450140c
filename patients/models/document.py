"""Papers about a person, as the desk scans them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as N_

from clinic.shared.history import keep_history, never_changed, never_deleted
from clinic.shared.uploads import ENDINGS
from patients.models.patient import UUID7, Patient


class DocumentKind(models.TextChoices):
    """What paper it is. None of these is clinical: the desk may see them.

    But for what came with a message: whoever may read the message may see it.
    """

    CONSENT = "consent", N_("Signed consent")
    INSURANCE_CARD = "insurance_card", N_("Insurance card")
    IDENTITY = "identity", N_("Proof of identity")
    GUARDIANSHIP = "guardianship", N_("Proof of guardianship")
    REFERRAL = "referral", N_("Referral")
    MESSAGE = "message", N_("Sent with a message")


# What the desk files and sees among a person's papers.
PAPERS = [kind for kind in DocumentKind if kind != DocumentKind.MESSAGE]


@keep_history(without=["content"])
class Document(models.Model):
    """One scanned paper (FHIR R4 DocumentReference). What was filed stays as it was filed.

    `content` is in the database, so that a backup has it and a transaction covers it. `digest` is
    its SHA-256, in hexadecimal.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    kind = models.TextField(choices=DocumentKind)
    media_type = models.TextField()
    digest = models.TextField()
    content = models.BinaryField()
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filed_documents"
    )
    filed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-filed_at", "-id"]
        triggers: ClassVar = [never_changed(but=["patient"]), never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("patient", "kind", "digest", name="document_is_filed_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="document_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=sorted(ENDINGS)), name="document_media_type_is_taken"
            ),
            models.CheckConstraint(condition=~Q(content=b""), name="document_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def file_name(self) -> str:
        """How it is called when it leaves, without its ending. Reads the patient."""
        return f"{self.kind}-{self.patient.record_number}-{self.filed_at:%Y-%m-%d}"
