"""An invitation to see a record in the portal: a link that works once, with the birth date."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history
from patients.models.patient import Patient
from patients.models.portal import Relationship

# So many wrong birth dates kill a link.
MOST_TRIES = 5


class InvitationWay(models.TextChoices):
    """How the link gets to whom it is for."""

    EMAIL = "email", "By e-mail"
    SMS = "sms", "By text message"
    PAPER = "paper", "On paper"


class PortalInvitationQuerySet(models.QuerySet["PortalInvitation"]):
    """The words for picking invitations."""

    def working(self, now: datetime) -> "PortalInvitationQuerySet":
        """Those whose link still opens something."""
        return self.filter(
            used_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=now,
            attempts__lt=MOST_TRIES,
        )


@keep_history(without=["digest", "attempts"])
class PortalInvitation(models.Model):
    """Somebody may come to see this record: whoever has the link and knows the birth date.

    Kept is a hash of the link's secret. `address` is where it was sent, "" for paper; having it is
    then as good as a code sent to that address. `until_date` becomes the first day without access.
    `invited_by` is None if the clinic answered by itself, on what is on file. `attempts` counts the
    wrong birth dates.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="portal_invitations"
    )
    name = models.CharField(max_length=150)
    relationship = models.TextField(choices=Relationship)
    until_date = models.DateField(null=True, blank=True)
    way = models.TextField(choices=InvitationWay)
    address = models.CharField(max_length=254, blank=True)
    language = models.TextField(choices=settings.LANGUAGES, default="en")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sent_portal_invitations",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="used_portal_invitations",
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PortalInvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(relationship__in=Relationship.values),
                name="portal_invitation_relationship_is_known",
            ),
            models.CheckConstraint(
                condition=Q(way=InvitationWay.PAPER, address="")
                | (Q(way__in=[InvitationWay.EMAIL, InvitationWay.SMS]) & ~Q(address="")),
                name="portal_invitation_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=MOST_TRIES), name="portal_invitation_tries_are_few"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="portal_invitation_is_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="portal_invitation_ends_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="portal_invitation_lasts"
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="portal_invitation_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.patient}"

    def is_working(self, now: datetime) -> bool:
        """Whether the link still opens something."""
        is_over = self.used_at or self.revoked_at or self.expires_at <= now
        return not is_over and self.attempts < MOST_TRIES
