"""What goes in and out about courses of visits."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers

from clinic.shared.paging import PageQuerySerializer
from scheduling.api.appointment_fields import AppointmentSerializer
from scheduling.api.catalogue import SlotSerializer
from scheduling.api.fields import DayField, InstantField, region_field
from scheduling.domain.courses import LONGEST_COURSE, PartOfDay, Scope
from scheduling.domain.slots import Slot
from scheduling.models import CancellationReason
from treatments.api.in_spite import InSpiteSerializer, RefusedByRulesSerializer

SCOPES = [scope.value for scope in Scope]


class CourseWishSerializer(serializers.Serializer[Any]):
    """The course that is wanted; weekdays (1 is Monday), part and clinician are preferences."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    count = serializers.IntegerField(min_value=1, max_value=LONGEST_COURSE)
    per_week = serializers.IntegerField(min_value=1, max_value=7)
    first_day = DayField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7, default=list
    )
    part = serializers.ChoiceField(choices=[part.value for part in PartOfDay], default="any")
    clock = serializers.TimeField(required=False, help_text="The usual time, by the site's clock.")
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    days_apart = serializers.IntegerField(default=1, min_value=1, max_value=7)
    region = region_field()


class PlannedVisitSerializer(serializers.Serializer[Any]):
    """One proposed visit, in what it leaves the pattern, and the free times near it."""

    start_at = serializers.DateTimeField()
    clinician = serializers.IntegerField(source="clinician_id", allow_null=True)
    other_clinician = serializers.BooleanField()
    other_day = serializers.BooleanField()
    other_time = serializers.BooleanField()
    alternatives = serializers.SerializerMethodField()

    @extend_schema_field(SlotSerializer(many=True))
    def get_alternatives(self, visit: Any) -> list[dict[str, Any]]:
        """The free times near it."""
        return [_slot(slot) for slot in visit.alternatives]


class GapSerializer(serializers.Serializer[Any]):
    """A week (by its Monday) with fewer visits than wished, and why."""

    week = serializers.DateField()
    missing = serializers.IntegerField()
    reason = serializers.CharField()


class ProposalSerializer(serializers.Serializer[Any]):
    """A course that could be booked; `unplaced` visits found no time."""

    visits = PlannedVisitSerializer(many=True, source="course.visits")
    gaps = GapSerializer(many=True)
    unplaced = serializers.IntegerField(source="course.unplaced")
    shortfall = serializers.CharField()


class CourseTimeSerializer(serializers.Serializer[Any]):
    """When one visit begins; without a clinician, by anybody who may do it."""

    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


class CourseSerializer(InSpiteSerializer):
    """A course to book: exactly these visits, or none."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    per_week = serializers.IntegerField(min_value=1, max_value=7)
    reason = serializers.CharField(required=False, max_length=200, allow_blank=True)
    region = region_field()
    course = serializers.UUIDField(
        required=False, help_text="The course of treatment in which the visits are counted."
    )
    visits = serializers.ListField(
        child=CourseTimeSerializer(), min_length=1, max_length=LONGEST_COURSE
    )


class MoreVisitsSerializer(InSpiteSerializer):
    """Visits to add to a course."""

    visits = serializers.ListField(
        child=CourseTimeSerializer(), min_length=1, max_length=LONGEST_COURSE
    )


class SeriesChangeSerializer(InSpiteSerializer):
    """How visits move: from which one on, by how many days, to which clock, to whom."""

    appointment = serializers.UUIDField(required=False)
    scope = serializers.ChoiceField(choices=SCOPES)
    days = serializers.IntegerField(default=0, min_value=-60, max_value=60)
    clock = serializers.TimeField(required=False)
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    anybody = serializers.BooleanField(default=False)


class SeriesCancelSerializer(serializers.Serializer[Any]):
    """Which visits are cancelled, and why."""

    appointment = serializers.UUIDField(required=False)
    scope = serializers.ChoiceField(choices=SCOPES)
    cancellation_reason = serializers.ChoiceField(choices=CancellationReason.choices)
    note = serializers.CharField(required=False, max_length=200, allow_blank=True)


class SeriesQuerySerializer(PageQuerySerializer):
    """Whose courses are wanted; everybody's if nobody is named."""

    patient = serializers.UUIDField(required=False)


class SeriesSerializer(serializers.Serializer[Any]):
    """A course, without its visits."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    visit_type = serializers.CharField(source="visit_type.code")
    site = serializers.IntegerField(source="site_id")
    per_week = serializers.IntegerField()
    reason = serializers.CharField()
    region = serializers.CharField()
    course = serializers.UUIDField(source="course_id", allow_null=True)
    created_at = serializers.DateTimeField()


class SeriesDetailSerializer(SeriesSerializer):
    """A course with every visit, by time; cancelled ones too."""

    visits = AppointmentSerializer(many=True)


class ClashSerializer(serializers.Serializer[Any]):
    """One time that is not free, and the nearest ones that are."""

    start_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=["slot_taken", "patient_busy"])
    alternatives = SlotSerializer(many=True)


class SeriesTakenSerializer(RefusedByRulesSerializer):
    """The refusal of a course: everything that clashes at once, or the rule that stops a visit."""

    clashes = ClashSerializer(many=True, required=False)


TAKEN = OpenApiResponse(SeriesTakenSerializer, "Some times are not free; nothing was changed.")


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "start_at": slot.start_at,
        "end_at": slot.end_at,
        "site": slot.site_id,
        "clinician": slot.clinician_id,
    }
