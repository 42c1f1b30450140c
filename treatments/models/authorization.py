"""What payers allowed beforehand."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.models.catalogue import CatalogueEntry
from treatments.models.course import TreatmentCourse


@keep_history()
class PriorAuthorization(models.Model):
    """What a payer allowed beforehand: so many units of a treatment between two days, inclusive.

    Its use is counted from visits and procedures of its course, or of its treatment if it has none.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="prior_authorizations"
    )
    treatment = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="prior_authorizations"
    )
    course = models.ForeignKey(
        TreatmentCourse,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorizations",
    )
    payer = models.TextField()
    number = models.TextField()
    units = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    note = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_authorizations"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-valid_until", "-id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="authorization_is_in_order"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="authorization_allows_something"),
            models.CheckConstraint(
                condition=~Q(payer="") & ~Q(number=""), name="authorization_is_named"
            ),
            models.UniqueConstraint(
                "payer", "number", "treatment", name="authorization_is_recorded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.number}"
