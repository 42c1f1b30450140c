"""Somebody whom nobody invited asks to see a record in the portal."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history
from patients.models.invitation import PortalInvitation
from patients.models.patient import Patient


class RequestedFor(models.TextChoices):
    """For whom somebody asks."""

    SELF = "self", "For themself"
    CHILD = "child", "For their child"
    CARE = "care", "For somebody they care for"


class RequestState(models.TextChoices):
    """What became of it.

    `new` until the clinic has looked whether it knows the person; `open` waits for the desk.
    """

    NEW = "new", "New"
    OPEN = "open", "Waiting for the desk"
    INVITED = "invited", "Invited"
    DECLINED = "declined", "Declined"


@keep_history()
class PortalRequest(models.Model):
    """What was typed by somebody unknown: nothing of it is believed, and nothing answered to it.

    The answer goes only to what is on file of the person they name, or by the desk's decision.
    `asked_by` is the name of whoever asks for somebody else. `email` or `phone` may be "".
    """

    given_names = models.CharField(max_length=150)
    family_name = models.CharField(max_length=150)
    birth_date = models.DateField()
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.TextField(choices=settings.LANGUAGES, default="en")
    asked_for = models.TextField(choices=RequestedFor)
    asked_by = models.CharField(max_length=150, blank=True)
    state = models.TextField(choices=RequestState, default=RequestState.NEW)
    # Whom the clinic, or the desk, took them for.
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="portal_requests",
    )
    invitation = models.ForeignKey(
        PortalInvitation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_portal_requests",
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="portal_request_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="portal_request_can_be_answered"
            ),
            models.CheckConstraint(
                condition=Q(asked_for__in=RequestedFor.values),
                name="portal_request_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="portal_request_language_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RequestState.NEW, RequestState.OPEN])
                | Q(decided_at__isnull=False),
                name="portal_request_was_decided_at_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.INVITED) | Q(invitation__isnull=False),
                name="portal_request_led_to_an_invitation",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "created_at",
                name="portal_request_waiting",
                condition=Q(state__in=["new", "open"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def answered_at(self) -> str:
        """Where an answer goes: the e-mail address, or the number of who has none."""
        return self.email or self.phone

    @property
    def name(self) -> str:
        """As it is spoken: given names first."""
        return f"{self.given_names} {self.family_name}"
