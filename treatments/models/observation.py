"""What was measured."""

from decimal import Decimal, InvalidOperation
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from clinic.shared.history import keep_history
from patients.models import Patient, Recorded
from treatments.models.freezing import ChangeWhile
from treatments.models.order import DiagnosticReport


@keep_history()
class Observation(Recorded):
    """A measurement: a number with its unit, a word, or several parts (blood pressure has two).

    `value` is a decimal, never a float. `components` lists parts as
    `{"text", "code", "value", "unit"}` with the value as a decimal string. `report` is the report
    it is a result of, if it came with one.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="observations")
    category = models.TextField(blank=True)
    text = models.TextField()
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    status = models.TextField(default="final")
    effective_at = models.DateTimeField(null=True, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    unit = models.TextField(blank=True)
    value_text = models.TextField(blank=True)
    components = models.JSONField(default=list, blank=True)
    report = models.ForeignKey(
        DiagnosticReport, on_delete=models.PROTECT, null=True, blank=True, related_name="results"
    )

    class Meta(Recorded.Meta):
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="result_is_not_changed",
                operation=pgtrigger.Update,
                condition=ChangeWhile("OLD.report_id IS NOT NULL", but=["patient"]),
            ),
            pgtrigger.Protect(
                name="result_is_not_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.report_id IS NOT NULL"),
            ),
        ]
        constraints: ClassVar = [
            *Recorded.Meta.constraints,
            models.CheckConstraint(condition=~Q(text=""), name="observation_has_a_text"),
        ]
        indexes: ClassVar = [
            models.Index("patient", F("effective_at").desc(), name="observation_of_patient"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def shown_value(self) -> str:
        """The value as it is read aloud: "152.4 cm", "120 / 80 mmHg", or the word."""
        if self.value is not None:
            # "1" is how UCUM writes a number without a unit.
            return f"{shortest(self.value)} {'' if self.unit == '1' else self.unit}".strip()
        if self.components:
            return " · ".join(_part(part) for part in self.components)
        return self.value_text


def _part(part: dict[str, str]) -> str:
    try:
        value = shortest(Decimal(part["value"]))
    except InvalidOperation:
        value = part["value"]
    return f"{part['text']} {value or '–'} {part['unit']}".strip()


def shortest(value: Decimal) -> str:
    """A decimal with two places, or three digits if it is smaller than that shows."""
    places = max(2, 2 - value.adjusted()) if value else 0
    return f"{round(value, places).normalize():f}"
