"""What was done to a person, here and elsewhere."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper

from clinic.shared.history import keep_history
from patients.models import Patient, Recorded
from treatments.domain.amounts import DOSE_UNITS, Amount, Unit
from treatments.domain.outside_procedures import NONE_OF_OURS, is_unrecognized
from treatments.domain.spine import Region
from treatments.domain.states import RecordStatus
from treatments.models.catalogue import CatalogueEntry
from treatments.models.consultation import SpineSide
from treatments.models.course import REGIONS, UNITS, TreatmentCourse
from treatments.models.documented import Documented, DocumentedQuerySet
from treatments.models.freezing import parts_stay, signed_stays


class ProcedureStatus(models.TextChoices):
    """FHIR R4 event status, as far as a record of the past needs it."""

    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    NOT_DONE = "not-done", "Not done"
    IN_PROGRESS = "in-progress", "In progress"
    UNKNOWN = "unknown", "Not known"


class ProcedurePurpose(models.TextChoices):
    """Whether it was to find out or to treat; limits tell the two apart."""

    DIAGNOSTIC = "diagnostic", "Diagnostic"
    THERAPEUTIC = "therapeutic", "Therapeutic"


class ProcedureQuerySet(DocumentedQuerySet["Procedure"]):
    """The words for picking procedures."""

    def done_here(self) -> "ProcedureQuerySet":
        """Those that were signed here, stopped ones too; not what another clinic did."""
        signed = self.filter(record_status=RecordStatus.SIGNED)
        return signed.exclude(status=ProcedureStatus.NOT_DONE)


@keep_history()
class Procedure(Documented, Recorded):
    """A procedure (FHIR R4). `record_status` says whether it is ours, and signed, or `outside`.

    `performed_at` is null where the source of an outside procedure gives no date; whoever counts
    procedures must say so rather than pass over it. One that `is_none_of_ours` was none of our
    treatments, as somebody here knows, whatever its words say. `levels` are texts of
    `treatments.domain.spine`. `checklist` and `device_settings` have the shapes of
    `treatments.domain.procedures`. Pain is on the numeric rating scale, 0 to 10.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="procedures")
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    status = models.TextField(choices=ProcedureStatus, default=ProcedureStatus.COMPLETED)
    performed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    treatment = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="procedures"
    )
    is_none_of_ours = models.BooleanField(default=False)
    course = models.ForeignKey(
        TreatmentCourse, on_delete=models.PROTECT, null=True, blank=True, related_name="procedures"
    )
    performer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="performed_procedures",
    )
    region = models.TextField(choices=REGIONS, blank=True)
    levels = ArrayField(models.TextField(), default=list, blank=True)
    laterality = models.TextField(choices=SpineSide, blank=True)
    approach = models.TextField(blank=True)
    purpose = models.TextField(choices=ProcedurePurpose, blank=True)
    guidance = models.TextField(blank=True)
    sedation = models.TextField(blank=True)
    cement_volume = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    device_settings = models.JSONField(default=dict, blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    pain_before = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_after = models.PositiveSmallIntegerField(null=True, blank=True)
    findings = models.TextField(blank=True)
    complications = models.TextField(blank=True)
    aftercare = models.TextField(blank=True)
    appointment_id = models.UUIDField(null=True, blank=True)

    objects: ClassVar = ProcedureQuerySet.as_manager()

    class Meta(Recorded.Meta):
        triggers: ClassVar = signed_stays(but=["error_reason"], or_outside=True)
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            *Documented.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ProcedureStatus.values), name="procedure_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(performed_at__isnull=True)
                | Q(ended_at__gte=F("performed_at")),
                name="procedure_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="procedure_has_a_text"),
            models.CheckConstraint(
                condition=Q(record_status=RecordStatus.OUTSIDE)
                | Q(record_status=RecordStatus.ENTERED_IN_ERROR)
                | Q(
                    treatment__isnull=False,
                    performer__isnull=False,
                    performed_at__isnull=False,
                    source="",
                ),
                name="procedure_of_ours_says_what_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(source="")
                | Q(record_status__in=[RecordStatus.OUTSIDE, RecordStatus.ENTERED_IN_ERROR]),
                name="procedure_that_is_imported_is_outside",
            ),
            models.CheckConstraint(
                condition=Q(is_none_of_ours=False)
                | Q(
                    record_status__in=[RecordStatus.OUTSIDE, RecordStatus.ENTERED_IN_ERROR],
                    treatment__isnull=True,
                ),
                name="procedure_that_is_none_of_ours_was_elsewhere",
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *Region]), name="procedure_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["", *ProcedurePurpose.values]),
                name="procedure_purpose_is_known",
            ),
            models.CheckConstraint(
                condition=Q(laterality__in=["", *SpineSide.values]), name="procedure_side_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(pain_before__isnull=True) | Q(pain_before__lte=10))
                & (Q(pain_after__isnull=True) | Q(pain_after__lte=10)),
                name="procedure_pain_is_0_to_10",
            ),
            models.CheckConstraint(
                condition=Q(cement_volume__isnull=True) | Q(cement_volume__gt=0),
                name="procedure_cement_is_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("performed_at").desc(), name="procedure_of_patient"),
            models.Index(
                "performer",
                "saved_at",
                name="procedure_draft_of",
                condition=Q(record_status="draft"),
            ),
        ]

    @property
    def is_unrecognized(self) -> bool:
        """Whether it was an injection elsewhere, and nobody can tell from its words which."""
        is_outside = self.record_status == RecordStatus.OUTSIDE
        return is_outside and not self.told and is_unrecognized(self.text)

    @property
    def told(self) -> str:
        """What somebody here said it was: a key, `NONE_OF_OURS`, or "" if nobody did."""
        return NONE_OF_OURS if self.is_none_of_ours else self.treatment_id or ""

    def __str__(self) -> str:
        return self.text

    @property
    def has_diary(self) -> bool:
        """Whether pain is written down for hours after it, to find out what it says."""
        parts = self.treatment.details.get("fields", ()) if self.treatment else ()
        return "diary" in parts and self.purpose != ProcedurePurpose.THERAPEUTIC


class DrugRole(models.TextChoices):
    """What a drug was given for in a procedure."""

    STEROID = "steroid", "Steroid"
    LOCAL_ANESTHETIC = "local_anesthetic", "Local anesthetic"
    CONTRAST = "contrast", "Contrast"
    SEDATIVE = "sedative", "Sedative"
    OTHER = "other", "Other"


# A lot number as `treatments.domain.lots.plain_lot` makes it: capitals, without any space.
PLAIN_LOT = Upper(
    Func(
        F("lot_number"),
        Value(r"\s"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )
)


@keep_history()
class ProcedureDrug(models.Model):
    """A drug that was given in a procedure: how much, from which lot.

    `dose` is null for what is measured by volume only (contrast); `volume_ml` in millilitres.
    `wasted` is what was drawn up and thrown away, in the unit of the dose.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="drugs")
    drug = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="given")
    role = models.TextField(choices=DrugRole)
    dose = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    dose_unit = models.TextField(choices=UNITS, blank=True)
    volume_ml = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    concentration = models.TextField(blank=True)
    wasted = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    lot_number = models.TextField(blank=True)
    expiry_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = parts_stay("treatments_procedure", "procedure_id", or_outside=True)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=DrugRole.values), name="procedure_drug_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(dose__isnull=True, dose_unit="")
                | Q(dose__gt=0, dose_unit__in=list(DOSE_UNITS)),
                name="procedure_drug_dose_has_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(dose__isnull=False) | Q(volume_ml__isnull=False),
                name="procedure_drug_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(volume_ml__isnull=True) | Q(volume_ml__gt=0),
                name="procedure_drug_volume_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(wasted__isnull=True) | Q(wasted__gte=0),
                name="procedure_drug_waste_is_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(PLAIN_LOT, name="procedure_drug_by_lot", condition=~Q(lot_number="")),
        ]

    def __str__(self) -> str:
        return str(self.drug)

    @property
    def shown_dose(self) -> str:
        """The dose as it is read: "7.5 mg"; "" for what is measured by volume only."""
        return "" if self.dose is None else str(Amount(self.dose, Unit(self.dose_unit)))


@keep_history()
class ProcedureFavorite(models.Model):
    """A procedure as a clinician usually does it, to start a form from.

    `values` holds fields of the form by name, without anything about a person.
    """

    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="procedure_favorites"
    )
    treatment = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    values = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("clinician", "name", name="favorite_name_is_used_once"),
            models.CheckConstraint(condition=~Q(name=""), name="favorite_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
