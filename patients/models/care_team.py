"""Who looks after a person."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.accounts.models import Team
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models.patient import Patient

LONGEST_EMERGENCY = timedelta(hours=4)
SHORTEST_REASON = 10


class CareTeamReason(models.TextChoices):
    """How somebody came into the care team."""

    BOOKED = "booked", "A visit was booked"
    NAMED = "named", "Named by hand"
    IMPORTED = "imported", "Brought in with the record"


@keep_history()
class CareTeamMember(models.Model):
    """One clinician, or the team of one site, that looks after one person (FHIR R4 CareTeam)."""

    # Both unique constraints begin with it.
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="care_team", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cares_for",
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="cares_for"
    )
    reason = models.TextField(choices=CareTeamReason)
    joined_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["joined_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True)
                | Q(user__isnull=True, team__isnull=False),
                name="care_team_member_is_a_user_or_a_team",
            ),
            models.UniqueConstraint("patient", "user", name="care_team_lists_a_user_once"),
            models.UniqueConstraint("patient", "team", name="care_team_lists_a_team_once"),
            models.CheckConstraint(
                condition=Q(reason__in=CareTeamReason.values), name="care_team_reason_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.team)


@keep_history()
class EmergencyAccess(models.Model):
    """A chart opened by somebody outside the care team (“break the glass”), and why."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="emergency_accesses"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergency_accesses"
    )
    reason = models.TextField()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "emergency accesses"
        triggers: ClassVar = [never_changed(but=["patient"]), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at"))
                & Q(ends_at__lte=F("opened_at") + LONGEST_EMERGENCY),
                name="emergency_access_is_short",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"^\s*\S.{8,}\S\s*$"),
                name="emergency_access_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", "user", "ends_at", name="emergency_access_of_patient"),
            models.Index(F("opened_at").desc(), name="emergency_access_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.patient}"
