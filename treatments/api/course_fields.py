"""What goes in and out about courses of treatment; the detail is typed by the form."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from clinic.shared.api import refuse_unknown
from clinic.shared.paging import PageQuerySerializer
from treatments.api.in_spite import InSpiteSerializer
from treatments.api.instants import RecordedInstantField
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import (
    Detail,
    MedicationOrder,
    ProceduralOrder,
    ReferralOrder,
    SelfCareOrder,
    TherapyOrder,
)
from treatments.domain.spine import Region
from treatments.models import CourseForm, SpineSide, VisitOutcome
from treatments.queries.course_views import CourseView

UNITS = [unit.value for unit in Unit]
REGIONS = [region.value for region in Region]


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        **{"required": False, "allow_blank": True, "max_length": 4000} | options
    )


class AmountSerializer(serializers.Serializer[Any]):
    """So much of something: a decimal and a unit."""

    value = serializers.DecimalField(max_digits=12, decimal_places=4)
    unit = serializers.ChoiceField(choices=UNITS)

    def to_internal_value(self, data: Any) -> Amount:
        found = super().to_internal_value(data)
        return Amount(found["value"], Unit(found["unit"]))


class MedicationSerializer(serializers.Serializer[Any]):
    """A drug: how much at once of which strength, how often, how much is handed out."""

    drug = serializers.SlugField(max_length=60)
    strength = AmountSerializer()
    dose = AmountSerializer()
    doses_per_day = serializers.DecimalField(max_digits=6, decimal_places=3)
    route = serializers.CharField(max_length=40)
    is_as_needed = serializers.BooleanField(default=False)
    is_over_the_counter = serializers.BooleanField(default=False)
    quantity = serializers.DecimalField(
        max_digits=10, decimal_places=2, required=False, allow_null=True
    )
    refills = serializers.IntegerField(default=0, min_value=0, max_value=99)
    prescriber_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**31
    )
    over_maximum_reason = _text(max_length=500)


class TherapySerializer(serializers.Serializer[Any]):
    """Visits: how many, how often, authorized, certified."""

    visits_per_week = serializers.DecimalField(max_digits=4, decimal_places=2)
    visits_planned = serializers.IntegerField(min_value=1, max_value=200)
    discipline = _text(max_length=60)
    visits_authorized = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=200
    )
    certified_start_date = serializers.DateField(required=False, allow_null=True)
    certified_end_date = serializers.DateField(required=False, allow_null=True)
    certified_by = _text(max_length=200, help_text="Who signed.")
    outside_order_date = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The day of a signed order from elsewhere that is on file.",
    )
    plan_sent_date = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="When the plan of care was sent to the physician who ordered it.",
    )
    home_exercises = _text()


class ProceduralSerializer(serializers.Serializer[Any]):
    """Procedures: where, how, how many."""

    region = serializers.ChoiceField(choices=REGIONS)
    levels = serializers.ListField(
        child=serializers.CharField(max_length=10), default=list, max_length=30
    )
    laterality = serializers.ChoiceField(choices=["", *SpineSide.values], default="")
    approach = _text(max_length=60)
    planned_procedures = serializers.IntegerField(default=1, min_value=1, max_value=24)


class SelfCareSerializer(serializers.Serializer[Any]):
    """What a person does for themself."""

    times_per_week = serializers.IntegerField(min_value=1, max_value=70)
    minutes_per_time = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=600
    )


class ReferralSerializer(serializers.Serializer[Any]):
    """To whom somebody is sent, or who operates; and what came of it."""

    referred_to = serializers.CharField(max_length=200)
    specialty = _text(max_length=100)
    is_urgent = serializers.BooleanField(default=False)
    region = serializers.ChoiceField(choices=["", *REGIONS], default="")
    levels = serializers.ListField(
        child=serializers.CharField(max_length=10), default=list, max_length=30
    )
    performed_date = serializers.DateField(required=False, allow_null=True)
    result = _text()


DETAILS: dict[str, tuple[type[serializers.Serializer[Any]], type[Detail]]] = {
    CourseForm.MEDICATION: (MedicationSerializer, MedicationOrder),
    CourseForm.THERAPY: (TherapySerializer, TherapyOrder),
    CourseForm.PROCEDURAL: (ProceduralSerializer, ProceduralOrder),
    CourseForm.SELF_CARE: (SelfCareSerializer, SelfCareOrder),
    CourseForm.REFERRAL: (ReferralSerializer, ReferralOrder),
}
ANY_DETAIL = PolymorphicProxySerializer(
    component_name="CourseDetail",
    serializers=[shape for shape, _order in DETAILS.values()],
    resource_type_field_name=None,
)


@extend_schema_field(ANY_DETAIL)
class DetailField(serializers.DictField):
    """The detail; which shape it has is said by the form of the treatment."""


def detail_of(form: str, data: dict[str, Any]) -> Detail:
    """A detail as it was sent, checked field by field; an unknown field is refused."""
    shape, order = DETAILS[form]
    checked = shape(data=data)
    try:
        refuse_unknown(checked, data)
        checked.is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"detail": error.detail}) from error
    said = checked.validated_data
    if "levels" in said:
        said["levels"] = tuple(said["levels"])
    return order(**said)


class CourseOrderSerializer(InSpiteSerializer):
    """A course to order. With `begins` false it is only planned."""

    patient = serializers.UUIDField()
    treatment = serializers.SlugField(max_length=60)
    detail = DetailField()
    begins = serializers.BooleanField(default=True)
    goal = _text(max_length=2000)
    instructions = _text()
    start_date = serializers.DateField(required=False, allow_null=True)
    end_date = serializers.DateField(required=False, allow_null=True)
    consultation = serializers.UUIDField(required=False, allow_null=True)


class CourseChangeSerializer(InSpiteSerializer):
    """What is to be said from now on; what is left out stays."""

    detail = DetailField(required=False)
    goal = _text(max_length=2000)
    instructions = _text()
    start_date = serializers.DateField(required=False, allow_null=True)
    end_date = serializers.DateField(required=False, allow_null=True)


class CourseStepSerializer(InSpiteSerializer):
    """A step: where it leads, from which day on (today), why."""

    to = serializers.ChoiceField(choices=["active", "paused", "completed", "stopped"])
    on = serializers.DateField(required=False)
    reason = _text(max_length=500)


class DoseChangeSerializer(InSpiteSerializer):
    """Another dose from a day on."""

    detail = DetailField()
    on = serializers.DateField(required=False)
    reason = _text(max_length=500)


class CourseQuerySerializer(PageQuerySerializer):
    """Whose courses."""

    patient = serializers.UUIDField()


class CourseVisitSerializer(serializers.Serializer[Any]):
    """A visit that was recorded."""

    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=VisitOutcome.choices)
    minutes = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    is_progress_report = serializers.BooleanField()
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True)


class NewVisitSerializer(serializers.Serializer[Any]):
    """A visit to record; without a time it is now."""

    outcome = serializers.ChoiceField(choices=["attended", "missed"], default="attended")
    occurred_at = RecordedInstantField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=600)
    note = _text()
    is_progress_report = serializers.BooleanField(default=False)
    is_another = serializers.BooleanField(default=False)


class NothingSerializer(serializers.Serializer[Any]):
    """A request that says everything by its address."""


class CountedSerializer(serializers.Serializer[Any]):
    """What was counted; null where the form of the course counts nothing of the kind."""

    visits_used = serializers.IntegerField(allow_null=True)
    visits_left = serializers.IntegerField(allow_null=True)
    days_since_report = serializers.IntegerField(allow_null=True)
    procedures_done = serializers.IntegerField(allow_null=True)
    adherence_percent = serializers.IntegerField(allow_null=True)
    supply_days = serializers.IntegerField(allow_null=True)


class CourseSerializer(serializers.Serializer[Any]):
    """A course with its typed detail and what was counted."""

    id = serializers.UUIDField(source="course.pk")
    patient = serializers.UUIDField(source="course.patient_id")
    treatment = serializers.CharField(source="course.treatment_id")
    form = serializers.ChoiceField(source="course.form", choices=CourseForm.choices)
    status = serializers.CharField(source="course.status")
    status_reason = serializers.CharField(source="course.status_reason")
    goal = serializers.CharField(source="course.goal")
    instructions = serializers.CharField(source="course.instructions")
    start_date = serializers.DateField(source="course.start_date", allow_null=True)
    end_date = serializers.DateField(source="course.end_date", allow_null=True)
    ordered_by = serializers.IntegerField(source="course.ordered_by_id")
    ordered_at = serializers.DateTimeField(source="course.ordered_at")
    follows = serializers.UUIDField(source="course.follows_id", allow_null=True)
    revision = serializers.IntegerField(source="course.revision")
    detail = serializers.SerializerMethodField()
    counted = serializers.SerializerMethodField()

    @extend_schema_field(ANY_DETAIL)
    def get_detail(self, view: CourseView) -> Any:
        """The detail in the shape of its form."""
        shape, _order = DETAILS[view.course.form]
        return shape(view.course.order).data

    @extend_schema_field(CountedSerializer)
    def get_counted(self, view: CourseView) -> Any:
        """Counted from visits, procedures and answers."""
        form = view.course.form
        where = view.standing if form == CourseForm.THERAPY else None
        is_drug = form == CourseForm.MEDICATION
        return {
            "visits_used": where and where.used,
            "visits_left": where and where.left,
            "days_since_report": where and where.since_report,
            "procedures_done": view.procedures_done if form == CourseForm.PROCEDURAL else None,
            "adherence_percent": view.adherence if form == CourseForm.SELF_CARE else None,
            "supply_days": view.regimen.days_supply if is_drug else None,
        }
