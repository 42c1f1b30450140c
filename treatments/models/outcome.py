"""How a person says they are: instruments, answers, scores."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient, Recorded
from patients.models.patient import UUID7
from treatments.models.course import TreatmentCourse
from treatments.models.freezing import ChangeWhile
from treatments.models.procedure import Procedure


@keep_history()
class Instrument(models.Model):
    """A questionnaire in one version (FHIR R4 Questionnaire).

    `definition` has the shape of `treatments.domain.instruments`. Free ones are shipped; others a
    clinic loads under its own licence, which `license_note` names.
    """

    key = models.SlugField(max_length=40)
    version = models.TextField()
    name = models.TextField()
    definition = models.JSONField()
    license_note = models.TextField(blank=True)
    is_shipped = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["key", "version"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("key", "version", name="instrument_version_is_loaded_once"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(version="") & ~Q(name=""), name="instrument_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Respondent(models.TextChoices):
    """Who gave the answers."""

    PATIENT = "patient", "The person"
    STAFF = "staff", "Asked by the clinic"
    PROXY = "proxy", "Somebody who cares for them"


class Occasion(models.TextChoices):
    """When, as seen from a procedure or course."""

    BASELINE = "baseline", "Before"
    AFTER = "after", "Right after"
    DIARY = "diary", "Diary"
    FOLLOW_UP = "follow_up", "Later"
    ROUTINE = "routine", "By itself"


@keep_history()
class QuestionnaireResponse(Recorded):
    """One answered instrument (FHIR R4). Scores compare only within one instrument and version.

    `score` is what the definition makes of `answers`, null if too few were given.
    `hours_after` counts from the procedure, for a diary; `told_at` is when the person themselves
    wrote such a line, null for one that the clinic wrote down. `wants_again` is whether the person
    would have the procedure or course again, null if they were not asked.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="questionnaire_responses"
    )
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="responses")
    authored_at = models.DateTimeField()
    respondent = models.TextField(choices=Respondent)
    answers = models.JSONField()
    score = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    occasion = models.TextField(choices=Occasion, default=Occasion.ROUTINE)
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="responses"
    )
    course = models.ForeignKey(
        TreatmentCourse, on_delete=models.PROTECT, null=True, blank=True, related_name="responses"
    )
    hours_after = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    wants_again = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_responses",
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)

    class Meta(Recorded.Meta):
        ordering: ClassVar = ["-authored_at", "-id"]
        triggers: ClassVar = [
            # A correction of a procedure takes its scores over.
            never_changed(but=["patient", "procedure", "voided_at", "void_reason"]),
            pgtrigger.Protect(
                name="voided_stays",
                operation=pgtrigger.Update,
                condition=ChangeWhile("OLD.voided_at IS NOT NULL", but=["patient", "procedure"]),
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(respondent__in=Respondent.values), name="respondent_is_known"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=Occasion.values), name="occasion_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(occasion=Occasion.DIARY)
                | Q(procedure__isnull=False, hours_after__gte=0),
                name="diary_counts_from_a_procedure",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True)
                | Q(occasion__in=[Occasion.BASELINE, Occasion.DIARY]),
                name="line_that_was_told_is_of_a_diary",
            ),
            models.UniqueConstraint(
                "procedure",
                "instrument",
                "hours_after",
                name="diary_hour_is_answered_once",
                condition=Q(occasion=Occasion.DIARY, voided_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="response_that_is_voided_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("authored_at").desc(), name="response_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument}: {self.score}"
