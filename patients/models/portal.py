"""Which sign-in may see which person's record."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.shared.history import keep_history
from patients.domain.age import ADULT_AT, birthday, years_before
from patients.models.patient import FOR_A_CHILD, Patient


class Relationship(models.TextChoices):
    """What the one who signs in is to the patient (after FHIR R4 RelatedPerson)."""

    SELF = "self", "The patient"
    PARENT = "parent", "Parent"
    GUARDIAN = "guardian", "Guardian"
    CARER = "carer", "Carer"


class PortalAccessQuerySet(models.QuerySet["PortalAccess"]):
    """The words for picking accesses."""

    def in_force(self, on: date) -> "PortalAccessQuerySet":
        """Those that open a record on this day (a day in UTC)."""
        begun = self.filter(Q(until_date__isnull=True) | Q(until_date__gt=on))
        as_a_child = Q(relationship__in=FOR_A_CHILD, adult_consent_date__isnull=True)
        grown_up = as_a_child & Q(patient__birth_date__lte=years_before(on, ADULT_AT))
        return begun.exclude(grown_up)


@keep_history()
class PortalAccess(models.Model):
    """A user who may see a patient's record in the portal: the person, or somebody for them.

    `until_date` is the first day without access. A parent's or guardian's access also ends on the
    day the child turns 18, unless the grown-up agreed to it on or after that day
    (`adult_consent_date`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="portal_accesses"
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="portal_accesses")
    relationship = models.TextField(choices=Relationship, default=Relationship.SELF)
    until_date = models.DateField(null=True, blank=True)
    adult_consent_date = models.DateField(null=True, blank=True)

    objects: ClassVar = PortalAccessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "portal accesses"
        constraints: ClassVar = [
            # In two capacities somebody may be here twice, as after a merge: the wider one counts.
            models.UniqueConstraint(
                "user", "patient", "relationship", name="portal_access_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(relationship__in=Relationship.values),
                name="portal_access_relationship_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.patient}"

    def ends_on(self) -> date | None:
        """The first day without access, or None if there is no end. Reads the patient."""
        ends = [self.until_date] if self.until_date else []
        if self.relationship in FOR_A_CHILD and self.adult_consent_date is None:
            ends.append(birthday(self.patient.birth_date, ADULT_AT))
        return min(ends, default=None)
