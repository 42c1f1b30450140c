"""Which sign-in may see which person's record."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from patients.models.patient import Patient


class PortalAccess(models.Model):
    """A user who may see a patient's record in the portal: the person themself."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portal_accesses"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="portal_accesses")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("user", "patient", name="portal_access_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.patient}"
