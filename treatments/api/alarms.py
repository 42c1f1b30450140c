"""Alarming answers: what waits, who is on it, what was done."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated
from clinic.shared.etags import answer_with_etag
from treatments.actions.alarms import SHORTEST_OUTCOME, see_alarm, settle_alarm
from treatments.api.course_fields import NothingSerializer
from treatments.domain.vocabulary import URGENCIES
from treatments.models import ToldBy
from treatments.queries import alarms as read

SEEING, SETTLING = "treatments.acknowledge_finding", "treatments.override_rule"


class AlarmSerializer(serializers.Serializer[Any]):
    """What somebody said yes to, how soon it is to be answered, and what was done.

    `flags` are keys of red flags of the catalogue; `settled_at` is null while it waits.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    follow_up = serializers.UUIDField(source="follow_up_id", allow_null=True)
    told_by = serializers.ChoiceField(choices=ToldBy.choices)
    told_at = serializers.DateTimeField()
    flags = serializers.ListField(child=serializers.CharField())
    words = serializers.CharField()
    urgency = serializers.ChoiceField(choices=list(URGENCIES))
    seen_at = serializers.DateTimeField(allow_null=True)
    seen_by = serializers.IntegerField(source="seen_by_id", allow_null=True)
    outcome = serializers.CharField()
    settled_at = serializers.DateTimeField(allow_null=True)


class OutcomeSerializer(serializers.Serializer[Any]):
    """What was done."""

    outcome = serializers.CharField(min_length=SHORTEST_OUTCOME, max_length=2000)


class Alarms(GuardedAPIView):
    """What waits about people one cares for; few, so they come at once."""

    permissions: ClassVar = {"GET": SEEING}

    @extend_schema(operation_id="alarms_list", responses=AlarmSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Emergencies first, then the oldest."""
        found = [one.row for one in read.alarms(self.user(request), now=timezone.now())]
        return Response(AlarmSerializer(found, many=True).data)


class AlarmOfOthersSerializer(serializers.Serializer[Any]):
    """That something waits, and whose it is; what was said stands in a chart that is closed."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    told_at = serializers.DateTimeField()
    urgency = serializers.ChoiceField(choices=list(URGENCIES))


class AlarmsOfOthers(GuardedAPIView):
    """What nobody is on yet, about people of one's places whose charts are closed to one."""

    permissions: ClassVar = {"GET": SEEING}

    @extend_schema(
        operation_id="alarms_of_others_list", responses=AlarmOfOthersSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Emergencies first, for whoever may open a chart in one."""
        found = read.alarms_of_others(self.user(request), now=timezone.now())
        return Response(AlarmOfOthersSerializer(found, many=True).data)


class OneAlarm(GuardedAPIView):
    """One alarming answer."""

    permissions: ClassVar = {"GET": SEEING}

    @extend_schema(operation_id="alarms_retrieve", responses=AlarmSerializer)
    def get(self, request: Request, alarm_id: UUID) -> Response:
        """What was said, and what was done about it."""
        found = read.access_alarm(self.user(request), alarm_id, now=timezone.now())
        return answer_with_etag(request, AlarmSerializer(found).data)


class Seeing(GuardedAPIView):
    """Saying that one is on it."""

    permissions: ClassVar = {"POST": SEEING}

    @extend_schema(
        request=NothingSerializer, responses={200: AlarmSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, alarm_id: UUID) -> Response:
        """It stays until somebody says what was done. 409 if it is settled."""
        user, now = self.user(request), timezone.now()
        found = read.access_alarm(user, alarm_id, now=now)
        validated(NothingSerializer, request)
        return Response(AlarmSerializer(see_alarm(alarm=found, by=user, now=now)).data)


class Settling(GuardedAPIView):
    """Saying what was done."""

    permissions: ClassVar = {"POST": SETTLING}

    @extend_schema(
        request=OutcomeSerializer, responses={200: AlarmSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, alarm_id: UUID) -> Response:
        """Then it is over. 409 if it is settled already."""
        user, now = self.user(request), timezone.now()
        found = read.access_alarm(user, alarm_id, now=now)
        said = validated(OutcomeSerializer, request)
        done = settle_alarm(alarm=found, outcome=said["outcome"], by=user, now=now)
        return Response(AlarmSerializer(done).data)
