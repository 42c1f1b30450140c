"""How often a person did what they were shown: the adherence to a course of self-care."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated
from treatments.actions.visits import record_self_care
from treatments.queries.courses import access_course, course_view


class SelfCareCheckSerializer(serializers.Serializer[Any]):
    """What a person told about the seven days up to `asked_date`: how often they did it."""

    id = serializers.UUIDField()
    asked_date = serializers.DateField()
    times_done = serializers.IntegerField()
    note = serializers.CharField()
    recorded_by = serializers.IntegerField(source="recorded_by_id")
    recorded_at = serializers.DateTimeField()


class NewSelfCareCheckSerializer(serializers.Serializer[Any]):
    """How often in the last seven days; without a day it was asked today."""

    times_done = serializers.IntegerField(min_value=0, max_value=100)
    asked_date = serializers.DateField(required=False)
    note = serializers.CharField(required=False, max_length=1000, allow_blank=True)


class TreatmentCourseChecks(GuardedAPIView):
    """Adherence checks of a course of self-care."""

    permissions: ClassVar = {
        "GET": "patients.view_chart",
        "POST": "treatments.record_visits",
    }

    @extend_schema(
        operation_id="treatment_course_checks_list", responses=SelfCareCheckSerializer(many=True)
    )
    def get(self, request: Request, course_id: UUID) -> Response:
        """Every answer, newest first; none for a course that is no self-care."""
        today, now = timezone.localdate(), timezone.now()
        view = course_view(self.user(request), course_id, today=today, now=now)
        return Response(SelfCareCheckSerializer(view.checks, many=True).data)

    @extend_schema(request=NewSelfCareCheckSerializer, responses={201: SelfCareCheckSerializer})
    def post(self, request: Request, course_id: UUID) -> Response:
        """Write down an answer; asked again on the same day, it changes."""
        user, now, today = self.user(request), timezone.now(), timezone.localdate()
        course = access_course(user, course_id, now=now)
        asked = validated(NewSelfCareCheckSerializer, request)
        check = record_self_care(
            course=course,
            asked_date=asked.get("asked_date", today),
            times_done=asked["times_done"],
            note=asked.get("note", ""),
            today=today,
            by=user,
            now=now,
        )
        return Response(SelfCareCheckSerializer(check).data, status=201)
