"""Procedures in JSON: what is shown, and what may be sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.shared.paging import PageQuerySerializer
from treatments.domain.amounts import DOSE_UNITS
from treatments.domain.procedure_items import CHECKLIST, DEVICE, Item, read_items
from treatments.domain.procedures import MOST_CEMENT, ROLES
from treatments.domain.spine import Laterality, Region


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field[Any, Any, Any, Any]):
    """An instant with its offset from UTC; a local time without one is refused, never guessed."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(data if isinstance(data, str) else "")
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
            raise serializers.ValidationError(
                "Give an instant with its offset, such as 2026-11-21T09:20:00-05:00."
            )
        return moment

    def to_representation(self, value: Any) -> Any:
        return serializers.DateTimeField().to_representation(value)


class Answers(serializers.DictField):
    """Small questions by key, as `treatments.domain.procedure_items` reads them."""

    def __init__(
        self, table: Mapping[str, Item], *, takes_cement: bool = False, **kwargs: Any
    ) -> None:
        self.table, self.takes_cement = table, takes_cement
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        raw = dict(super().to_internal_value(data))
        cement = raw.pop("cement_ml", None) if self.takes_cement else None
        values, wrong = read_items(raw, self.table)
        if wrong:
            raise serializers.ValidationError(wrong)
        return values | ({"cement_ml": _cement(cement)} if cement else {})


def _cement(raw: Any) -> dict[str, str]:
    volume = serializers.DecimalField(
        max_digits=4, decimal_places=2, min_value=0, max_value=int(MOST_CEMENT)
    )
    if not isinstance(raw, dict):
        raise serializers.ValidationError({"cement_ml": ["Give millilitres by level."]})
    try:
        return {
            str(level): f"{volume.run_validation(text).normalize():f}"
            for level, text in raw.items()
        }
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"cement_ml": error.detail}) from error


class ProcedureDrugSerializer(serializers.Serializer[Any]):
    """A drug that was given: by dose, by volume and concentration, or both."""

    drug = serializers.CharField(source="drug_id", max_length=60)
    role = serializers.ChoiceField(choices=ROLES, required=False)
    dose = serializers.DecimalField(
        max_digits=12, decimal_places=4, required=False, allow_null=True
    )
    dose_unit = serializers.ChoiceField(choices=list(DOSE_UNITS), required=False, allow_blank=True)
    volume_ml = serializers.DecimalField(
        max_digits=7, decimal_places=2, required=False, allow_null=True
    )
    concentration = serializers.CharField(max_length=40, required=False, allow_blank=True)
    wasted = serializers.DecimalField(
        max_digits=12, decimal_places=4, required=False, allow_null=True
    )
    lot_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    expiry_date = serializers.DateField(required=False, allow_null=True)


class _Words(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5000, allow_blank=True, required=False, **kwargs)


class ProcedureChangeSerializer(serializers.Serializer[Any]):
    """What may be said about a draft; what is left out stays."""

    performer = serializers.IntegerField(required=False)
    performed_at = Moment(required=False)
    ended_at = Moment(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=["completed", "stopped"], required=False)
    region = serializers.ChoiceField(choices=list(Region), allow_blank=True, required=False)
    levels = serializers.ListField(
        child=serializers.CharField(max_length=10), max_length=30, required=False
    )
    laterality = serializers.ChoiceField(choices=list(Laterality), allow_blank=True, required=False)
    approach = serializers.CharField(max_length=60, allow_blank=True, required=False)
    purpose = serializers.CharField(max_length=60, allow_blank=True, required=False)
    guidance = serializers.CharField(max_length=60, allow_blank=True, required=False)
    sedation = serializers.CharField(max_length=60, allow_blank=True, required=False)
    checklist = Answers(CHECKLIST, required=False)
    device_settings = Answers(
        DEVICE,
        takes_cement=True,
        required=False,
        help_text="`cement_ml` holds millilitres by level.",
    )
    pain_before = serializers.IntegerField(
        min_value=0, max_value=10, allow_null=True, required=False
    )
    pain_after = serializers.IntegerField(
        min_value=0, max_value=10, allow_null=True, required=False
    )
    findings = _Words()
    complications = _Words()
    aftercare = _Words()
    drugs = ProcedureDrugSerializer(many=True, required=False)


class ProcedureNewSerializer(ProcedureChangeSerializer):
    """A draft of our own (`treatment` needed), or with `record_status` what was done elsewhere.

    `course` is the course of procedures that a draft is part of. The latter takes `treatment` or
    `text`, `performed_at` (null if nobody knows), `region`, `levels`, `laterality`, `pain_before`,
    `pain_after`, `findings` and one row of `drugs`; whatever is more is refused there.
    """

    patient = serializers.UUIDField()
    treatment = serializers.CharField(max_length=60, required=False)
    text = serializers.CharField(max_length=300, required=False)
    course = serializers.UUIDField(required=False, allow_null=True)
    record_status = serializers.ChoiceField(choices=["draft", "outside"], default="draft")
    performed_at = Moment(required=False, allow_null=True)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What would be passed over is refused."""
        if asked["record_status"] == "outside":
            no = ["This is not written down of what another clinic did."]
            told = {name: no for name in asked if name not in OUTSIDE}
            if len(asked.get("drugs", ())) > 1:
                told["drugs"] = ["One drug is written down here; put the others into `findings`."]
            if told:
                raise serializers.ValidationError(told)
        return asked


# What is written down of a procedure of another clinic.
OUTSIDE = {"patient", "record_status", "treatment", "text", "performed_at", "region", "levels"}
OUTSIDE |= {"laterality", "pain_before", "pain_after", "findings", "drugs"}


class ProcedureSerializer(serializers.Serializer[Any]):
    """A procedure with its drugs and where it stands as a document."""

    id = serializers.IntegerField()
    patient = serializers.UUIDField(source="patient_id")
    treatment = serializers.CharField(source="treatment_id", allow_null=True)
    is_none_of_ours = serializers.BooleanField()
    course = serializers.UUIDField(source="course_id", allow_null=True)
    performer = serializers.IntegerField(source="performer_id", allow_null=True)
    record_status = serializers.CharField()
    revision = serializers.IntegerField()
    text = serializers.CharField()
    status = serializers.CharField()
    performed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    region = serializers.CharField()
    levels = serializers.ListField(child=serializers.CharField())
    laterality = serializers.CharField()
    approach = serializers.CharField()
    purpose = serializers.CharField()
    guidance = serializers.CharField()
    sedation = serializers.CharField()
    cement_volume = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    device_settings = serializers.JSONField()
    checklist = serializers.JSONField()
    pain_before = serializers.IntegerField(allow_null=True)
    pain_after = serializers.IntegerField(allow_null=True)
    findings = serializers.CharField()
    complications = serializers.CharField()
    aftercare = serializers.CharField()
    drugs = ProcedureDrugSerializer(many=True, source="drugs.all")
    signed_by = serializers.IntegerField(source="signed_by_id", allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    amendment_reason = serializers.CharField()
    error_reason = serializers.CharField()


class ProcedureQuerySerializer(PageQuerySerializer):
    """Whose procedures."""

    patient = serializers.UUIDField()


class ProcedureReasonSerializer(serializers.Serializer[Any]):
    """Why something signed is amended or withdrawn."""

    reason = serializers.CharField(max_length=500)


class SignSerializer(serializers.Serializer[Any]):
    """Why it is signed without something, by the code of what is missing."""

    reasons = serializers.DictField(child=serializers.CharField(max_length=500), required=False)
