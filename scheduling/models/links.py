"""Addresses whose secret is the key: calendar feeds and the waiting-room display."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.models import Patient
from scheduling.models.resource import Resource
from scheduling.models.site import Site


class LinkKind(models.TextChoices):
    """What a secret address shows."""

    CLINICIAN_CALENDAR = "clinician_calendar", "A clinician's calendar"
    PATIENT_CALENDAR = "patient_calendar", "A person's own visits"
    WAITING_DISPLAY = "waiting_display", "The display in the waiting room"


@keep_history(without=["digest", "last_used_at"])
class SecretLink(models.Model):
    """An address that works without signing in, until it is revoked.

    `digest` is the hash of its secret, which is shown once and kept nowhere. What it shows carries
    no clinical word, and the display not even a name.
    """

    kind = models.TextField(choices=LinkKind)
    digest = models.CharField(max_length=64, unique=True)
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="secret_links"
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="secret_links"
    )
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, null=True, blank=True, related_name="secret_links"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="secret_links"
    )
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind=LinkKind.CLINICIAN_CALENDAR,
                    resource__isnull=False,
                    patient__isnull=True,
                    site__isnull=True,
                )
                | Q(
                    kind=LinkKind.PATIENT_CALENDAR,
                    resource__isnull=True,
                    patient__isnull=False,
                    site__isnull=True,
                )
                | Q(
                    kind=LinkKind.WAITING_DISPLAY,
                    resource__isnull=True,
                    patient__isnull=True,
                    site__isnull=False,
                ),
                name="secret_link_shows_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
