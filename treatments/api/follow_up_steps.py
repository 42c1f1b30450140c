"""A problem that was heard on a call, taking back, and the worklist of the desk."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from treatments.actions.alarms import LONGEST_WORDS, Told, tell_well_being
from treatments.actions.follow_up_work import undo_follow_up
from treatments.api.alarms import AlarmSerializer
from treatments.api.course_fields import NothingSerializer
from treatments.api.follow_ups import WHEN, FollowUpSerializer
from treatments.models import FollowUpKind, ToldBy
from treatments.queries import follow_ups as read
from treatments.queries.alarms import ASKED

WORKING = "treatments.work_follow_ups"


class ProblemToldSerializer(serializers.Serializer[Any]):
    """What somebody said: keys of red flags they said yes to, their words, or both."""

    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=list(ASKED)), required=False, default=list
    )
    words = serializers.CharField(
        required=False, max_length=LONGEST_WORDS, allow_blank=True, default=""
    )


class DeskQuerySerializer(PageQuerySerializer):
    """Which are wanted."""

    kind = serializers.ChoiceField(required=False, choices=FollowUpKind.choices)
    when = serializers.ChoiceField(default=read.When.DUE.value, choices=WHEN)


class DeskFollowUpSerializer(serializers.Serializer[Any]):
    """What the desk does for whom, in plain words; `is_alarm` if somebody waits for it now."""

    id = serializers.UUIDField(source="row.id")
    patient = serializers.UUIDField(source="row.patient_id")
    kind = serializers.ChoiceField(source="row.kind", choices=FollowUpKind.choices)
    title = serializers.CharField()
    says = serializers.CharField()
    is_alarm = serializers.BooleanField()
    earliest_at = serializers.DateTimeField(source="row.earliest_at")
    due_at = serializers.DateTimeField(source="row.due_at")
    tries = serializers.IntegerField(source="row.tries")
    status = serializers.CharField(source="row.status")


class Problem(GuardedAPIView):
    """Reached, and something is wrong."""

    permissions: ClassVar = {"POST": WORKING}

    @extend_schema(
        request=ProblemToldSerializer, responses={201: AlarmSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """It stands on top of the inbox at once, and the follow-up closes."""
        user, now = self.user(request), timezone.now()
        found = read.access_follow_up(user, follow_up_id, now=now)
        said = validated(ProblemToldSerializer, request)
        if not said["flags"] and not said["words"].strip():
            raise Invalid("Say which sign, or write what is wrong.")
        told = Told(frozenset(said["flags"]), said["words"], ASKED, ToldBy.CALL)
        alarm = tell_well_being(patient=found.patient, told=told, follow_up=found, by=user, now=now)
        return Response(AlarmSerializer(alarm).data, status=201)


class Undoing(GuardedAPIView):
    """Taking back what one has just pressed."""

    permissions: ClassVar = {"POST": WORKING}

    @extend_schema(
        request=NothingSerializer, responses={200: FollowUpSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """It stands as before. 409 if there is nothing of one's own to take back."""
        user, now = self.user(request), timezone.now()
        found = read.access_follow_up(user, follow_up_id, now=now)
        validated(NothingSerializer, request)
        undo_follow_up(follow_up=found, by=user, now=now)
        again = read.access_follow_up(user, follow_up_id, now=now)
        return Response(FollowUpSerializer(again).data)


class DeskFollowUps(GuardedAPIView):
    """Whom to call and whom to book, without a clinical word."""

    permissions: ClassVar = {"GET": "treatments.call_people"}

    @extend_schema(
        operation_id="desk_follow_ups_list",
        parameters=[
            OpenApiParameter("kind", str, enum=FollowUpKind.values),
            OpenApiParameter("when", str, enum=WHEN),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=paged(DeskFollowUpSerializer),
    )
    def get(self, request: Request) -> Response:
        """Alarming answers first, then the most overdue."""
        asked = validated_query(DeskQuerySerializer, request)
        pager = CursorPager(request, ordering=("stands_at", "pk"))
        wanted = read.Wanted("", asked.get("kind", ""), asked["when"])
        found = read.desk_list(self.user(request), wanted, page=pager, now=timezone.now())
        return pager.response(DeskFollowUpSerializer(found, many=True).data)
