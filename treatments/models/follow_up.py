"""What is due after a treatment, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.accounts.roles import Role
from clinic.shared.history import keep_history, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.states import FollowUpStatus
from treatments.models.course import TreatmentCourse
from treatments.models.procedure import Procedure


class FollowUpKind(models.TextChoices):
    """What is to be done."""

    CALL = "call", "Call"
    QUESTIONNAIRE = "questionnaire", "Questionnaire"
    DIARY = "diary", "Diary"
    VISIT = "visit", "Visit"
    LAB = "lab", "Laboratory"
    IMAGING = "imaging", "Imaging"
    REFERRAL = "referral", "Referral"


FOLLOW_UP_STATUSES = [
    (state.value, state.value.replace("_", " ").capitalize()) for state in FollowUpStatus
]


@keep_history()
class FollowUp(models.Model):
    """One thing that is due (FHIR R4 Task), from `earliest_at` on and no later than `due_at`.

    `protocol` and `step` name where it came from (`treatments/data/protocols.yaml`); together with
    what caused it they are unique, so that writing the same protocol twice adds nothing.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.TextField(choices=FollowUpKind)
    title = models.TextField()
    instructions = models.TextField(blank=True)
    owner_role = models.TextField(choices=Role)
    earliest_at = models.DateTimeField()
    due_at = models.DateTimeField()
    protocol = models.TextField(blank=True)
    step = models.TextField(blank=True)
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    course = models.ForeignKey(
        TreatmentCourse, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    status = models.TextField(choices=FOLLOW_UP_STATUSES, default=FollowUpStatus.REQUESTED)
    result = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_follow_ups",
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=FollowUpKind.values), name="follow_up_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(FollowUpStatus)), name="follow_up_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(owner_role__in=Role.values), name="follow_up_owner_is_known"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("earliest_at")), name="follow_up_is_due_in_order"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="follow_up_has_a_title"),
            models.CheckConstraint(
                condition=Q(status__in=[FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS])
                | Q(closed_at__isnull=False),
                name="follow_up_that_ended_says_when",
            ),
            models.UniqueConstraint(
                "procedure",
                "protocol",
                "step",
                name="follow_up_of_procedure_is_written_once",
                condition=Q(procedure__isnull=False) & ~Q(protocol=""),
            ),
            models.UniqueConstraint(
                "course",
                "protocol",
                "step",
                name="follow_up_of_course_is_written_once",
                condition=Q(course__isnull=False, procedure__isnull=True) & ~Q(protocol=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "owner_role",
                "due_at",
                name="follow_up_open",
                condition=Q(status__in=[FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS]),
            ),
            models.Index("patient", "due_at", name="follow_up_of_patient"),
        ]

    def __str__(self) -> str:
        return self.title
