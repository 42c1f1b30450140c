"""The read log: one row for each time somebody saw something about patients."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop as N_

from clinic.accounts.roles import Purpose, Role
from clinic.shared.history import never_changed, never_deleted


class ReadKind(models.TextChoices):
    """In what way it was seen."""

    VIEW = "view", N_("Viewed")
    SEARCH = "search", N_("Found by searching")
    LIST = "list", N_("Seen in a list")
    PRINT = "print", N_("Printed")
    EXPORT = "export", N_("Exported")


class ReadEventQuerySet(models.QuerySet["ReadEvent"]):
    """The words for picking reads."""

    def about(self, patient_ids: list[UUID]) -> "ReadEventQuerySet":
        """Those in which any of these people was seen."""
        return self.filter(patient_ids__overlap=patient_ids)

    def between(self, begin: datetime | None, end: datetime | None) -> "ReadEventQuerySet":
        """Those in the half-open time from `begin` to `end`."""
        found = self
        if begin:
            found = found.filter(occurred_at__gte=begin)
        if end:
            found = found.filter(occurred_at__lt=end)
        return found


class ReadEvent(models.Model):
    """Somebody saw something about one or more people (FHIR R4 AuditEvent, action “read”).

    `patient_ids` names the people without foreign keys, which would point upwards; the row must
    outlive everything it speaks of. `what` is what was shown (“chart”, “board”). `address` is the
    page, without what was typed. Rows are only ever added; the application cannot change them.
    """

    occurred_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="read_events",
        # `read_event_of_user` begins with it.
        db_index=False,
    )
    role = models.TextField(choices=Role)
    kind = models.TextField(choices=ReadKind)
    what = models.TextField()
    purpose = models.TextField(choices=Purpose)
    reason = models.TextField(blank=True)
    patient_ids = ArrayField(models.UUIDField())
    ip = models.GenericIPAddressField(null=True)
    address = models.TextField(blank=True)
    request_id = models.TextField(blank=True)

    objects: ClassVar = ReadEventQuerySet.as_manager()

    class Meta:
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=ReadKind.values), name="read_event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="read_event_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="read_event_role_is_known"
            ),
            models.CheckConstraint(condition=~Q(what=""), name="read_event_says_what"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["patient_ids"], name="read_event_of_patient"),
            models.Index(F("occurred_at").desc(), F("id").desc(), name="read_event_newest"),
            models.Index("user", F("occurred_at").desc(), name="read_event_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.what}"
