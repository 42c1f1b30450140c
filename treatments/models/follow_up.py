"""What is due after a treatment, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.accounts.roles import Role
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.states import FollowUpStatus
from treatments.models.course import TreatmentCourse
from treatments.models.order import DiagnosticReport
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
    PAPERWORK = "paperwork", "Paperwork"


FOLLOW_UP_STATUSES = [
    (state.value, state.value.replace("_", " ").capitalize()) for state in FollowUpStatus
]


@keep_history()
class FollowUp(models.Model):
    """One thing that is due (FHIR R4 Task), from `earliest_at` on and no later than `due_at`.

    `protocol` and `step` name where it came from (`treatments/data/protocols.yaml`); together with
    what caused it they are unique, so that writing the same protocol twice adds nothing.
    `occasion` names what makes it due where there is no protocol (a plan of care that lapses): what
    is due for one occasion is written once. `owner` is who has to do it where no colleague can
    (signing a draft of one's own). `tries` counts calls nobody answered. What nobody did in time is
    moved to the physicians once, at `escalated_at`, away from `escalated_from`; why is an event.
    `asked_at` is when the person was sent a link to answer by themselves.
    `appointment_id` is the visit of the calendar that closed it, known here only by its id, because
    the calendar stands above; `report` is what came back and closed it.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.TextField(choices=FollowUpKind)
    title = models.TextField()
    instructions = models.TextField(blank=True)
    owner_role = models.TextField(choices=Role)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="own_follow_ups",
    )
    earliest_at = models.DateTimeField()
    due_at = models.DateTimeField()
    protocol = models.TextField(blank=True)
    step = models.TextField(blank=True)
    occasion = models.TextField(blank=True)
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    course = models.ForeignKey(
        TreatmentCourse, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    status = models.TextField(choices=FOLLOW_UP_STATUSES, default=FollowUpStatus.REQUESTED)
    result = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_from = models.TextField(choices=Role, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_follow_ups",
    )
    appointment_id = models.UUIDField(null=True, blank=True)
    report = models.ForeignKey(
        DiagnosticReport,
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
            models.CheckConstraint(
                condition=Q(appointment_id__isnull=True, report__isnull=True)
                | Q(status=FollowUpStatus.COMPLETED),
                name="follow_up_that_something_closed_is_done",
            ),
            models.CheckConstraint(
                condition=Q(escalated_at__isnull=True, escalated_from="")
                | Q(escalated_at__isnull=False, escalated_from__in=Role.values),
                name="follow_up_that_was_escalated_says_from_whom",
            ),
            models.UniqueConstraint(
                "occasion", name="follow_up_of_occasion_is_written_once", condition=~Q(occasion="")
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
            # What a tick looks for: what is late and was not moved, and who was not asked yet.
            models.Index(
                "due_at",
                name="follow_up_to_escalate",
                condition=Q(
                    status__in=[FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS],
                    escalated_at__isnull=True,
                ),
            ),
            models.Index(
                "earliest_at",
                name="follow_up_to_ask",
                condition=Q(
                    status__in=[FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS],
                    asked_at__isnull=True,
                    kind__in=[FollowUpKind.CALL, FollowUpKind.QUESTIONNAIRE],
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FollowUpEventKind(models.TextChoices):
    """What happened to a follow-up."""

    TRIED = "tried", "Nobody answered"
    REACHED = "reached", "Reached, all well"
    PROBLEM = "problem", "Reached, a problem"
    ASKED = "asked", "Questions sent"
    ANSWERED = "answered", "Answered by the person"
    BOOKED = "booked", "Visit booked"
    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "Not needed"
    ESCALATED = "escalated", "Moved to the physicians"
    UNDONE = "undone", "Taken back"


@keep_history()
class FollowUpEvent(models.Model):
    """One thing that happened to a follow-up, in the order it happened; nothing is rewritten.

    `before` is how the follow-up stood, so that a slip can be taken back. `by` is empty for what
    the clinic or the person themselves did.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="events")
    kind = models.TextField(choices=FollowUpEventKind)
    note = models.TextField(blank=True)
    before = models.JSONField(default=dict, blank=True)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_up_events",
    )

    class Meta:
        ordering: ClassVar = ["happened_at", "id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=FollowUpEventKind.values),
                name="follow_up_event_kind_is_known",
            ),
            # Whoever looks again, and two workers at once, move it once.
            models.UniqueConstraint(
                "follow_up",
                name="follow_up_is_escalated_once",
                condition=Q(kind=FollowUpEventKind.ESCALATED),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
