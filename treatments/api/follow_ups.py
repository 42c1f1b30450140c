"""What is due after treatments."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.roles import Role
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from treatments.actions.follow_up_work import FollowUpResult, close_follow_up
from treatments.domain.states import FollowUpStatus
from treatments.models import FollowUpKind
from treatments.queries import follow_ups as read

OWNERS = [
    Role.NURSE.value,
    Role.THERAPIST.value,
    Role.PHYSICIAN.value,
    Role.FRONT_DESK.value,
]
WHEN = [when.value for when in read.When]


class FollowUpQuerySerializer(PageQuerySerializer):
    """Which are wanted: all of one person, or those of everybody one looks after."""

    patient = serializers.UUIDField(required=False)
    owner_role = serializers.ChoiceField(required=False, choices=OWNERS)
    kind = serializers.ChoiceField(required=False, choices=FollowUpKind.choices)
    when = serializers.ChoiceField(default=read.When.DUE.value, choices=WHEN)


class FollowUpSerializer(serializers.Serializer[Any]):
    """One thing that is due from `earliest_at` on, no later than `due_at`.

    `appointment` or `report` is what closed it, if that was not a person. `tries` counts calls that
    nobody answered; `escalated_from` is whose it was before it became the physicians'.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    kind = serializers.ChoiceField(choices=FollowUpKind.choices)
    title = serializers.CharField()
    instructions = serializers.CharField()
    owner_role = serializers.ChoiceField(choices=Role.choices)
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    earliest_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    protocol = serializers.CharField()
    step = serializers.CharField()
    procedure = serializers.IntegerField(source="procedure_id", allow_null=True)
    course = serializers.UUIDField(source="course_id", allow_null=True)
    status = serializers.ChoiceField(choices=[status.value for status in FollowUpStatus])
    result = serializers.CharField()
    tries = serializers.IntegerField()
    asked_at = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    escalated_from = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True)
    report = serializers.UUIDField(source="report_id", allow_null=True)


class ClosingSerializer(serializers.Serializer[Any]):
    """What became of it; `not_needed` asks for a note."""

    result = serializers.ChoiceField(choices=[result.value for result in FollowUpResult])
    note = serializers.CharField(required=False, max_length=500, allow_blank=True, default="")


class FollowUps(GuardedAPIView):
    """What is due."""

    permissions: ClassVar = {"GET": "treatments.work_follow_ups"}

    @extend_schema(
        operation_id="follow_ups_list",
        parameters=[
            OpenApiParameter("patient", str, description="All of one person's, whenever due."),
            OpenApiParameter("owner_role", str, enum=OWNERS),
            OpenApiParameter("kind", str, enum=FollowUpKind.values),
            OpenApiParameter("when", str, enum=WHEN),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=paged(FollowUpSerializer),
    )
    def get(self, request: Request) -> Response:
        """The most overdue first."""
        asked = validated_query(FollowUpQuerySerializer, request)
        user, now = self.user(request), timezone.now()
        pager = CursorPager(request, ordering=("due_at", "pk"))
        if asked.get("patient"):
            found = read.follow_ups(user, asked["patient"], page=pager, now=now)
        else:
            wanted = read.Wanted(asked.get("owner_role", ""), asked.get("kind", ""), asked["when"])
            found = read.work_list(user, wanted, page=pager, now=now)
        return pager.response(FollowUpSerializer(found, many=True).data)


class OneFollowUp(GuardedAPIView):
    """One thing that is due."""

    permissions: ClassVar = {"GET": "treatments.work_follow_ups"}

    @extend_schema(operation_id="follow_ups_retrieve", responses=FollowUpSerializer)
    def get(self, request: Request, follow_up_id: UUID) -> Response:
        """What is to be done, and what became of it."""
        found = read.access_follow_up(self.user(request), follow_up_id, now=timezone.now())
        return answer_with_etag(request, FollowUpSerializer(found).data)


class Closing(GuardedAPIView):
    """Saying what became of it."""

    permissions: ClassVar = {"POST": "treatments.work_follow_ups"}

    @extend_schema(
        request=ClosingSerializer, responses={200: FollowUpSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """Close it; nobody who answered is tried again later. 409 if it is closed already."""
        user, now = self.user(request), timezone.now()
        found = read.access_follow_up(user, follow_up_id, now=now)
        asked = validated(ClosingSerializer, request)
        close_follow_up(
            follow_up=found,
            result=FollowUpResult(asked["result"]),
            note=asked["note"],
            by=user,
            now=now,
        )
        again = read.access_follow_up(user, follow_up_id, now=now)
        return Response(FollowUpSerializer(again).data)
