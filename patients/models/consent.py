"""What a person agreed to, and what not."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as N_

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models.patient import Patient


class ConsentKind(models.TextChoices):
    """What it is about."""

    TREATMENT = "treatment", N_("Being treated here")
    PRIVACY_NOTICE = "privacy_notice", N_("Having read the privacy notice")
    PORTAL = "portal", N_("Using the portal")
    MESSAGES = "messages", N_("Reminders by e-mail and text message")
    NEWSLETTER = "newsletter", N_("News and education")
    SHARING = "sharing", N_("Sharing the record with other clinics")


class ConsentDecision(models.TextChoices):
    """FHIR R4 consent provision type."""

    PERMIT = "permit", N_("Agreed")
    DENY = "deny", N_("Declined or withdrawn")


class ConsentMethod(models.TextChoices):
    """How it was given."""

    PAPER = "paper", "Signed on paper"
    VERBAL = "verbal", "Said, and written down by staff"
    PORTAL = "portal", "In the portal"
    LINK = "link", "By the link in a message"


@keep_history()
class Consent(models.Model):
    """One decision, signed: it never changes. Another mind is another row; the newest counts.

    `given_by` is who decided, in words: the person, or whoever may for them. Nobody recorded what
    was decided by the link in a message: `recorded_by` is empty. `until_date` is the
    first day on which it no longer holds. `version` names the text that was agreed to.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    kind = models.TextField(choices=ConsentKind)
    decision = models.TextField(choices=ConsentDecision)
    method = models.TextField(choices=ConsentMethod)
    given_by = models.CharField(max_length=150)
    version = models.CharField(max_length=40, blank=True)
    decided_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recorded_consents",
    )
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [never_changed(but=["patient"]), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="consent_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=ConsentDecision.values),
                name="consent_decision_is_known",
            ),
            models.CheckConstraint(
                condition=Q(method__in=ConsentMethod.values), name="consent_method_is_known"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(method=ConsentMethod.LINK),
                name="consent_was_written_down_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(given_by=""), name="consent_was_given_by_somebody"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=F("decided_date")),
                name="consent_ends_after_it_was_given",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", "kind", F("id").desc(), name="consent_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_decision_display()}"
