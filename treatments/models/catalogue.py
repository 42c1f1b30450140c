"""What the clinic may write down: treatments, diagnostics, causes, red flags, risks, drugs."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clinic.shared.history import keep_history, never_deleted
from patients.models.patient import Folded
from treatments.domain.vocabulary import kind_label


class Section(models.TextChoices):
    """In which part of the catalogue an entry stands."""

    TREATMENT = "treatment", "Treatments"
    DIAGNOSTIC = "diagnostic", "Diagnostics"
    CAUSE = "cause", "Causes"
    RED_FLAG = "red_flag", "Red flags"
    RISK = "risk", "Risks"
    DRUG = "drug", "Drugs"


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    """The words for picking entries."""

    def offered(self, section: Section) -> "CatalogueEntryQuerySet":
        """Those of a section that are not retired, in the order of the catalogue."""
        return self.filter(section=section, retired_at__isnull=True)


@keep_history()
class CatalogueEntry(models.Model):
    """One entry (FHIR R4 ActivityDefinition and its like), known by a key that never changes.

    `plain` is one line for patients, `kind` a group within the section, and `details` what the
    section needs besides; its shape is `treatments.domain.catalogue`. `is_shipped` entries come
    from `treatments/data/catalogue/` and follow it; a clinic's own are written by a manager.
    """

    key = models.SlugField(primary_key=True, max_length=60)
    section = models.TextField(choices=Section)
    kind = models.TextField()
    name = models.TextField()
    name_es = models.TextField(blank=True)
    plain = models.TextField()
    plain_es = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=1000)
    version = models.PositiveIntegerField(default=1)
    is_shipped = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="retired_catalogue_entries",
    )

    objects: ClassVar = CatalogueEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "catalogue entries"
        ordering: ClassVar = ["section", "position", "name", "key"]
        triggers: ClassVar = [never_deleted()]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(section__in=Section.values), name="catalogue_section_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(plain="") & ~Q(kind="") & ~Q(key=""),
                name="catalogue_entry_is_described",
            ),
            models.UniqueConstraint("section", "name", name="catalogue_name_is_used_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        """The group within the section, as it is read."""
        return kind_label(self.kind)


class CatalogueCode(models.Model):
    """A code that a clinic is licensed to use for an entry, loaded by `load_codes`.

    Nothing of the kind is shipped. `display` is whatever the clinic's licence lets it show.
    """

    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="codes")
    system = models.TextField()
    code = models.TextField()
    display = models.TextField(blank=True)
    condition = models.JSONField(default=dict, blank=True)
    loaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["system", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "entry", "system", "code", "condition", name="catalogue_code_is_attached_once"
            ),
            models.CheckConstraint(
                condition=~Q(system="") & ~Q(code=""), name="catalogue_code_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.code}"


class DiagnosisCode(models.Model):
    """An ICD-10-CM code (public domain), loaded by `load_diagnosis_codes`.

    Only a `is_billable` code (one without children) says a diagnosis; the others are headings.
    `folded` is the name as it is searched; the database keeps it.
    """

    code = models.TextField(primary_key=True)
    name = models.TextField()
    folded = models.GeneratedField(
        expression=Folded(F("name")), output_field=models.TextField(), db_persist=True
    )
    is_billable = models.BooleanField()
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [
            GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="diagnosis_code_by_words")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
