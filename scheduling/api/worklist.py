"""Visits that somebody must look at."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from scheduling.actions.worklist import keep_anyway
from scheduling.queries import worklist as lists


class WorklistQuerySerializer(PageQuerySerializer):
    """In which order the list is wanted."""

    sort = serializers.ChoiceField(choices=["created_at", "-created_at"], default="created_at")


class WorklistItemSerializer(serializers.Serializer[Any]):
    """A visit to settle: why it is on the list, and what became of it."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    appointment = serializers.UUIDField(source="appointment_id")
    patient = serializers.UUIDField(source="appointment.patient_id")
    start_at = serializers.DateTimeField(source="appointment.start_at")
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()


class KeepSerializer(serializers.Serializer[Any]):
    """Why a visit stays where it is."""

    reason = serializers.CharField(max_length=180)


class Worklist(GuardedAPIView):
    """What nobody has settled yet."""

    permissions: ClassVar = {"GET": "scheduling.view_board"}

    @extend_schema(
        operation_id="worklist_list",
        parameters=[WorklistQuerySerializer],
        responses=paged(WorklistItemSerializer),
    )
    def get(self, request: Request) -> Response:
        """The list of one's own sites, oldest first."""
        asked = validated_query(WorklistQuerySerializer, request)
        pages = CursorPager(request, ordering=(asked["sort"], "pk"))
        entries = lists.worklist_page(self.user(request), pages, now=timezone.now())
        items = [entry.item for entry in entries]
        return pages.response(WorklistItemSerializer(items, many=True).data)


class WorklistKeep(GuardedAPIView):
    """A visit that stays where it is."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=KeepSerializer, responses={200: WorklistItemSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, item_id: UUID) -> Response:
        """Settle an item by a reason; 409 if somebody did before."""
        user = self.user(request)
        item = lists.access_item(user, item_id)
        reason = validated(KeepSerializer, request)["reason"]
        kept = keep_anyway(item=item, reason=reason, by=user, now=timezone.now())
        return Response(WorklistItemSerializer(kept).data)
