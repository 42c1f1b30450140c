"""What happened to a person over time: what the picture of the chart is drawn from."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated_query
from clinic.shared.etags import answer_with_etag
from treatments.queries.story import Period, timeline


class TimelineQuerySerializer(serializers.Serializer[Any]):
    """Whose, and how much of the past: without it what fits, up to three years."""

    patient = serializers.UUIDField()
    period = serializers.ChoiceField(choices=[one.value for one in Period], required=False)


class TimelineScoreSerializer(serializers.Serializer[Any]):
    """A score on a day, with the ends of its scale."""

    on = serializers.DateField()
    instrument = serializers.CharField()
    value = serializers.DecimalField(max_digits=8, decimal_places=3)
    lowest = serializers.DecimalField(max_digits=8, decimal_places=3)
    highest = serializers.DecimalField(max_digits=8, decimal_places=3)


class TimelineEventSerializer(serializers.Serializer[Any]):
    """Something done on one day; `kind` is `procedure`, or `outside` for another clinic's."""

    on = serializers.DateField()
    name = serializers.CharField(source="label")
    kind = serializers.CharField(source="tone")


class TimelineCourseSerializer(serializers.Serializer[Any]):
    """Something given from a day to another, inclusive; without an end it goes on."""

    start_date = serializers.DateField(source="start")
    end_date = serializers.DateField(source="end", allow_null=True)
    name = serializers.CharField(source="label")
    kind = serializers.CharField(source="tone")


class TimelineDoseSerializer(serializers.Serializer[Any]):
    """Steroid in milligrams of methylprednisolone."""

    on = serializers.DateField()
    milligrams = serializers.DecimalField(max_digits=12, decimal_places=2)


class TimelineSerializer(serializers.Serializer[Any]):
    """Scores, procedures, courses and steroid doses on one axis, from `begin` to `end`."""

    period = serializers.ChoiceField(choices=[one.value for one in Period])
    begin = serializers.DateField(source="picture.begin")
    end = serializers.DateField(source="picture.end")
    scores = TimelineScoreSerializer(many=True, source="shown.scores")
    events = TimelineEventSerializer(many=True, source="shown.events")
    courses = TimelineCourseSerializer(many=True, source="shown.courses")
    steroid_doses = TimelineDoseSerializer(many=True, source="shown.doses")


class Timelines(GuardedAPIView):
    """The timeline of somebody's treatment."""

    permissions: ClassVar = {"GET": "patients.view_chart"}

    @extend_schema(
        operation_id="timelines_retrieve",
        parameters=[TimelineQuerySerializer],
        responses=TimelineSerializer,
    )
    def get(self, request: Request) -> Response:
        """Of one person; days are by the clock of the clinic."""
        asked = validated_query(TimelineQuerySerializer, request)
        period = asked.get("period")
        story = timeline(
            self.user(request),
            asked["patient"],
            period=Period(period) if period else None,
            zone=timezone.get_current_timezone(),
            now=timezone.now(),
        )
        return answer_with_etag(request, TimelineSerializer(story).data)
