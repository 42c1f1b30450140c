"""What people told before a visit, and what staff made of it."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.intake import LINES
from treatments.models.freezing import ChangeWhile
from treatments.models.outcome import Respondent

# Lines that nobody decided on, in any version of the chain: what is decided keeps the line itself.
_OPEN_LINES = """EXISTS (
    SELECT FROM (SELECT %(expressions)s) AS sent (chain, answers)
    CROSS JOIN LATERAL jsonb_each(sent.answers) AS about (subject, said)
    CROSS JOIN LATERAL jsonb_path_query(about.said, '$.lines[*]') AS line (words)
    WHERE NOT EXISTS (
        SELECT FROM treatments_intakedecision d
        WHERE d.chain = sent.chain AND d.subject = about.subject AND d.said = line.words
    )
)"""

_THEIRS = [Respondent.PATIENT.value, Respondent.PROXY.value]


class IntakeQuerySet(models.QuerySet["Intake"]):
    """The words for picking intakes."""

    def sent(self) -> "IntakeQuerySet":
        """What was sent; of what was sent again, the newest version only."""
        newer = Intake.objects.filter(
            chain=models.OuterRef("chain"),
            version__gt=models.OuterRef("version"),
            submitted_at__isnull=False,
        )
        return self.filter(~models.Exists(newer), submitted_at__isnull=False)

    def to_look_at(self) -> "IntakeQuerySet":
        """Those with a line that nobody decided on."""
        is_open = models.Func(
            "chain", "answers", template=_OPEN_LINES, output_field=models.BooleanField()
        )
        return self.filter(is_open)


@keep_history()
class Intake(models.Model):
    """One telling, in one version: written as one goes, and fixed once it is sent.

    `answers` has the shape of `treatments.domain.intake`. `appointment_id` is the visit it was
    sent for, known here by its id only, because the calendar stands above. A change after sending
    is another row of the same `chain` (the id of the first of them) with the next `version`.
    `submitted_as` says whether the person sent it, or somebody who cares for them. Nothing in here
    is part of the record until staff take it over (`IntakeDecision`).
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intakes")
    appointment_id = models.UUIDField(null=True, blank=True)
    chain = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    answers = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="started_intakes"
    )
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_intakes"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_intakes",
    )
    submitted_as = models.TextField(blank=True)

    objects: ClassVar = IntakeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        triggers: ClassVar = [
            never_deleted(),
            pgtrigger.Protect(
                name="sent_intake_stays",
                operation=pgtrigger.Update,
                condition=ChangeWhile("OLD.submitted_at IS NOT NULL", but=["patient"]),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "patient", name="intake_has_one_draft", condition=Q(submitted_at__isnull=True)
            ),
            models.UniqueConstraint("chain", "version", name="intake_version_is_once"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True, submitted_as="")
                | Q(
                    submitted_at__gte=F("started_at"),
                    submitted_by__isnull=False,
                    submitted_as__in=_THEIRS,
                ),
                name="sent_intake_says_by_whom",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("submitted_at").desc(), name="intake_of_patient"),
            models.Index(
                "appointment_id",
                name="intake_of_appointment",
                condition=Q(appointment_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Intake of {self.patient}, version {self.version}"

    @property
    def is_sent(self) -> bool:
        """Whether it was sent, and so stays as it is."""
        return self.submitted_at is not None


class Verdict(models.TextChoices):
    """What staff made of one line."""

    TAKEN = "taken", "Taken into the record"
    KNOWN = "known", "Known already"
    REFUSED = "refused", "Not taken over"


@keep_history()
class IntakeDecision(models.Model):
    """What became of one line of an intake; it holds for each version that says the same.

    `item` is the line's key in `treatments.domain.intake`, `said` the line itself.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="decisions")
    chain = models.UUIDField()
    subject = models.TextField()
    item = models.CharField(max_length=16)
    said = models.JSONField()
    verdict = models.TextField(choices=Verdict)
    reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="intake_decisions"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("chain", "subject", "item", name="intake_line_is_decided_once"),
            models.CheckConstraint(
                condition=Q(subject__in=[subject.value for subject in LINES]),
                name="intake_line_is_of_a_list",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="intake_verdict_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.REFUSED) | ~Q(reason=""),
                name="intake_refusal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.said.get('what', '')}: {self.get_verdict_display()}"
