"""Rules in their versions, what they found, and who went on all the same."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.accounts.roles import Role
from clinic.shared.history import keep_history, never_changed, never_deleted
from patients.models import Patient
from patients.models.patient import UUID7
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import LIVE, FindingState, SubjectKind

SEVERITIES = [
    (Severity.BLOCK.value, "Stops"),
    (Severity.WARN.value, "Warns"),
    (Severity.INFO.value, "Tells"),
]
STAGES = [(stage.value, stage.value.replace("_", " ").capitalize()) for stage in Stage]
STATES = [(state.value, state.value.capitalize()) for state in FindingState]
SUBJECTS = [(kind.value, kind.value.capitalize()) for kind in SubjectKind]


class RuleEditionQuerySet(models.QuerySet["RuleEdition"]):
    """The words for picking rules."""

    def current(self) -> "RuleEditionQuerySet":
        """The newest version of each rule, without those that are only offered."""
        filed = self.filter(is_offered=False)
        newest = filed.order_by("key", "-version").distinct("key").values("pk")
        return self.filter(pk__in=newest)


class RuleEdition(models.Model):
    """A rule as it held from some day on: the whole record, so that a finding can be explained.

    Versions are added and never changed; the newest that is not `is_offered` counts. Shipped ones
    are signed by nobody. One is offered where the clinic has signed numbers of its own: it counts
    only when a manager takes it over, as a version of theirs. `severity` and `is_on` say the same
    as the record does.
    """

    key = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    record = models.JSONField()
    severity = models.TextField(choices=SEVERITIES)
    is_on = models.BooleanField()
    is_shipped = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_rules",
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    filed_at = models.DateTimeField()

    objects: ClassVar = RuleEditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["key", "-version"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.UniqueConstraint("key", "version", name="rule_version_is_filed_once"),
            models.CheckConstraint(
                condition=Q(severity__in=list(Severity)), name="rule_severity_is_known"
            ),
            models.CheckConstraint(
                condition=Q(is_shipped=True, signed_by__isnull=True, signed_at__isnull=True)
                | Q(
                    is_shipped=False,
                    is_offered=False,
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                ),
                name="rule_of_the_clinic_is_signed",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="rule_versions_begin_at_1"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class FindingQuerySet(models.QuerySet["Finding"]):
    """The words for picking findings."""

    def live(self) -> "FindingQuerySet":
        """Those that still hold."""
        return self.filter(state__in=LIVE)

    def about(self, kind: SubjectKind, key: object) -> "FindingQuerySet":
        """Those about one thing."""
        return self.filter(subject_kind=kind, subject_key=str(key))

    def stopping(self) -> "FindingQuerySet":
        """Those that stop something, and that nobody gave a reason to go on in spite of."""
        return self.live().filter(severity="block").exclude(state=FindingState.OVERRIDDEN)


@keep_history()
class Finding(models.Model):
    """What a rule said about something planned or done (FHIR R4 DetectedIssue).

    `message` is for clinicians, `desk_message` tells nothing clinical. `evidence` are the rows that
    were counted, as `{"kind", "key", "label", "on"}`; `missing` what nobody knows; `holds` the
    drugs to be stopped before; `urgency` a word of the red flags, or "". `subject_date`
    is the day for which the rule was asked, `clears_date` the first on which it would not object.
    Only its state changes. `found_by` is empty if the clinic looked by itself.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="findings")
    rule = models.ForeignKey(RuleEdition, on_delete=models.PROTECT, related_name="findings")
    rule_key = models.SlugField(max_length=80)
    stage = models.TextField(choices=STAGES)
    subject_kind = models.TextField(choices=SUBJECTS)
    subject_key = models.TextField()
    subject_date = models.DateField()
    severity = models.TextField(choices=SEVERITIES)
    message = models.TextField()
    desk_message = models.TextField()
    counted = models.TextField(blank=True)
    evidence = models.JSONField(default=list, blank=True)
    missing = models.JSONField(default=list, blank=True)
    holds = models.JSONField(default=list, blank=True)
    urgency = models.TextField(blank=True)
    window_start_date = models.DateField(null=True, blank=True)
    window_end_date = models.DateField(null=True, blank=True)
    clears_date = models.DateField(null=True, blank=True)
    state = models.TextField(choices=STATES, default=FindingState.OPEN)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="found_findings",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acknowledged_findings",
    )
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = FindingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-found_at", "-id"]
        triggers: ClassVar = [
            never_changed(
                but=["patient", "state", "acknowledged_at", "acknowledged_by", "cleared_at"]
            ),
            never_deleted(),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "subject_kind",
                "subject_key",
                "rule_key",
                name="finding_is_live_once",
                condition=Q(state__in=sorted(LIVE)),
            ),
            models.CheckConstraint(
                condition=Q(severity__in=list(Severity)), name="finding_severity_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(FindingState)), name="finding_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=list(Stage)), name="finding_stage_is_known"
            ),
            models.CheckConstraint(
                condition=Q(subject_kind__in=list(SubjectKind)), name="finding_subject_is_known"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="finding_acknowledgement_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=FindingState.CLEARED, cleared_at__isnull=False)
                | (~Q(state=FindingState.CLEARED) & Q(cleared_at__isnull=True)),
                name="finding_that_is_cleared_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.ACKNOWLEDGED) | Q(acknowledged_at__isnull=False),
                name="finding_that_is_acknowledged_says_by_whom",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("found_at").desc(), name="finding_of_patient"),
            models.Index("severity", "found_at", name="finding_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.message


@keep_history()
class Override(models.Model):
    """Somebody went on although a rule said no, and why; it stays for ever."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="overrides")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rule_overrides"
    )
    role = models.TextField(choices=Role)
    reason = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        triggers: ClassVar = [never_changed(), never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="override_says_why"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="override_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class ChangedHistory(models.Model):
    """A person of whom something became known: their coming visits are to be looked at again.

    A row goes when somebody has looked; one that is asked for twice waits once.
    """

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, related_name="changed_history"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["changed_at"]

    def __str__(self) -> str:
        return str(self.patient_id)
