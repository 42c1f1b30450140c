"""What a clinician heard, found, concluded and planned."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models import Condition, Patient
from patients.models.patient import UUID7
from treatments.models.catalogue import CatalogueEntry, DiagnosisCode
from treatments.models.documented import Documented, DocumentedQuerySet
from treatments.models.freezing import parts_stay, signed_stays


class ConsultationKind(models.TextChoices):
    """Which template it starts from."""

    NEW = "new", "First consultation"
    FOLLOW_UP = "follow_up", "Follow-up"


class SpineSide(models.TextChoices):
    """Which side; the same words as `treatments.domain.spine.Laterality`."""

    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BILATERAL = "bilateral", "Both sides"
    MIDLINE = "midline", "Midline"


@keep_history()
class Consultation(Documented):
    """One consultation (FHIR R4 Encounter with its Composition).

    `red_flags` holds `{key of the flag: "yes" | "no"}`; what was not asked is absent.
    `examination` and `pain_map` have the shapes of `treatments.domain.consultation`.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consultations")
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consultations"
    )
    kind = models.TextField(choices=ConsultationKind)
    occurred_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    history = models.TextField(blank=True)
    onset = models.TextField(blank=True)
    progression = models.TextField(blank=True)
    relieved_by = models.TextField(blank=True)
    previous_treatment = models.TextField(blank=True)
    red_flags = models.JSONField(default=dict, blank=True)
    red_flags_note = models.TextField(blank=True)
    examination = models.JSONField(default=dict, blank=True)
    pain_map = models.JSONField(default=list, blank=True)
    assessment = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    patient_instructions = models.TextField(blank=True)

    objects: ClassVar = DocumentedQuerySet["Consultation"].as_manager()

    class Meta:
        ordering: ClassVar = ["-occurred_at", "-id"]
        triggers: ClassVar = signed_stays(but=["error_reason"])
        constraints: ClassVar = [
            *Documented.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=ConsultationKind.values), name="consultation_kind_is_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("occurred_at").desc(), name="consultation_of_patient"),
            models.Index(
                "clinician",
                "saved_at",
                name="consultation_draft_of",
                condition=Q(record_status="draft"),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


@keep_history()
class Diagnosis(models.Model):
    """What a consultation found to be wrong, by ICD-10-CM code and by cause.

    `condition` is the row of the problem list that came of it when the consultation was signed.
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="diagnoses"
    )
    code = models.ForeignKey(
        DiagnosisCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField()
    cause = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="diagnoses"
    )
    side = models.TextField(choices=SpineSide, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    onset_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "diagnoses"
        ordering: ClassVar = ["rank", "id"]
        triggers: ClassVar = parts_stay("treatments_consultation", "consultation_id")
        constraints: ClassVar = [
            models.UniqueConstraint("consultation", "rank", name="diagnosis_rank_is_used_once"),
            models.CheckConstraint(condition=~Q(text=""), name="diagnosis_has_a_text"),
            models.CheckConstraint(
                condition=Q(side__in=["", *SpineSide.values]), name="diagnosis_side_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text


@keep_history()
class DiagnosedCondition(models.Model):
    """Which row of the problem list a signed diagnosis became, or confirmed."""

    diagnosis = models.OneToOneField(Diagnosis, on_delete=models.PROTECT, related_name="filed")
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="diagnosed")

    def __str__(self) -> str:
        return f"{self.diagnosis_id} → {self.condition_id}"
