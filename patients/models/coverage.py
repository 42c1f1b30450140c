"""Who pays."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop as N_

from clinic.shared.history import keep_history
from patients.models.patient import Patient
from patients.models.provenance import Recorded


class PayerClass(models.TextChoices):
    """The kind of payer, which decides which coverage rules apply."""

    MEDICARE = "medicare", N_("Medicare")
    MEDICAID = "medicaid", N_("Medicaid")
    COMMERCIAL = "commercial", N_("Commercial")
    WORKERS_COMP = "workers_comp", N_("Workers' compensation")
    AUTO = "auto", N_("Auto insurance")
    SELF_PAY = "self_pay", N_("Self-pay")
    UNKNOWN = "unknown", N_("Not known")


@keep_history()
class Coverage(Recorded):
    """One insurance of one person; `rank` 1 is billed first. `end_date` is its last day."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    payer_class = models.TextField(choices=PayerClass, default=PayerClass.UNKNOWN)
    payer = models.CharField(max_length=150, blank=True)
    plan = models.CharField(max_length=150, blank=True)
    member_id = models.CharField(max_length=80, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)

    class Meta(Recorded.Meta):
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(payer_class__in=PayerClass.values), name="coverage_payer_is_known"
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                name="coverage_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.payer, self.plan, self.member_id) if part) or (
            self.get_payer_class_display()
        )
