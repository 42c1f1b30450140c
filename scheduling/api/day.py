"""The day itself: who waits, who runs late, what is blocked."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from scheduling.actions.blocks import block_time, unblock
from scheduling.actions.delays import LATEST_MINUTES, note_delay, tell_of_delay
from scheduling.api.fields import DayField, InstantField
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Reservation
from scheduling.queries import blocks, catalogue, delays, waiting

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)


class QueueSerializer(serializers.Serializer[Any]):
    """Somebody who waits; `expected_minutes` is a forecast, null if nobody can tell."""

    appointment = serializers.UUIDField(source="row.appointment.pk")
    patient = serializers.UUIDField(source="row.appointment.patient_id")
    number = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(
        choices=[status.value for status in AppointmentStatus], source="row.appointment.status"
    )
    start_at = serializers.DateTimeField(source="row.appointment.start_at")
    waited_minutes = serializers.IntegerField()
    expected_minutes = serializers.SerializerMethodField()
    before = serializers.SerializerMethodField()

    def get_expected_minutes(self, entry: waiting.QueueRow) -> int | None:
        """How much longer, in whole minutes."""
        return entry.forecast.minutes if entry.forecast else None

    def get_before(self, entry: waiting.QueueRow) -> int | None:
        """How many people are before them with the same clinician."""
        return entry.forecast.before if entry.forecast else None


class DelaySerializer(serializers.Serializer[Any]):
    """How late a clinician runs today."""

    id = serializers.IntegerField()
    clinician = serializers.IntegerField(source="resource_id")
    minutes = serializers.IntegerField()
    day = serializers.DateField(source="local_date")
    noted_at = serializers.DateTimeField()


class NewDelaySerializer(serializers.Serializer[Any]):
    """By how much; 0 says that they are on time again."""

    minutes = serializers.IntegerField(min_value=0, max_value=LATEST_MINUTES)


class TellSerializer(serializers.Serializer[Any]):
    """Whom to tell; nobody named: everybody who is still to come."""

    appointments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=200
    )


class ToldSerializer(serializers.Serializer[Any]):
    """Who was told by this request."""

    told = serializers.ListField(child=serializers.UUIDField())


class BlockSerializer(serializers.Serializer[Any]):
    """A time in which nobody can be booked with a clinician."""

    id = serializers.IntegerField()
    clinician = serializers.IntegerField(source="resource_id")
    start_at = serializers.DateTimeField(source="during.lower")
    end_at = serializers.DateTimeField(source="during.upper")
    note = serializers.CharField()


class NewBlockSerializer(serializers.Serializer[Any]):
    """A time to block."""

    start_at = InstantField()
    end_at = InstantField()
    note = serializers.CharField(required=False, max_length=200, allow_blank=True)


class BlockSearchSerializer(serializers.Serializer[Any]):
    """Which day's blocked times are wanted, by the clock of the site."""

    day = DayField()


class InTheWaySerializer(serializers.Serializer[Any]):
    """A visit where time was to be blocked."""

    id = serializers.UUIDField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()


class TimeTakenSerializer(ProblemSerializer):
    """The refusal to block a time, with the visits in the way."""

    visits = InTheWaySerializer(many=True, required=False)


class Queue(GuardedAPIView):
    """Who waits."""

    permissions: ClassVar = {"GET": "scheduling.view_board"}

    @extend_schema(responses=QueueSerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """Everybody who waits at a site now, longest first: never more than a house holds."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        rows = waiting.queue(user, site, now=timezone.now())
        return answer_with_etag(request, QueueSerializer(rows, many=True).data)


class SiteDelays(GuardedAPIView):
    """Who runs late."""

    permissions: ClassVar = {"GET": "scheduling.view_board"}

    @extend_schema(responses=DelaySerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """The clinicians of a site who run late today."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        held = delays.delays(user, site, now=timezone.now()).values()
        return answer_with_etag(request, DelaySerializer(held, many=True).data)


class ClinicianDelays(GuardedAPIView):
    """How late a clinician runs."""

    permissions: ClassVar = {"POST": "scheduling.block_time"}

    @extend_schema(request=NewDelaySerializer, responses={201: DelaySerializer})
    def post(self, request: Request, clinician_id: int) -> Response:
        """Say so; the same again changes nothing, and 0 clears it."""
        asked = validated(NewDelaySerializer, request)
        user = self.user(request)
        resource = blocks.access_clinician_to_block(user, clinician_id)
        delay = note_delay(resource=resource, minutes=asked["minutes"], by=user, now=timezone.now())
        return Response(DelaySerializer(delay).data, status=201)


class DelayMessages(GuardedAPIView):
    """Telling people of a delay."""

    permissions: ClassVar = {"POST": "scheduling.block_time"}

    @extend_schema(request=TellSerializer, responses={201: ToldSerializer})
    def post(self, request: Request, delay_id: int) -> Response:
        """Write to those who are still to come, and to nobody twice."""
        asked = validated(TellSerializer, request)
        user, now = self.user(request), timezone.now()
        delay = delays.access_delay(user, delay_id, now=now)
        named: list[UUID] | None = asked.get("appointments")
        told = [
            row.appointment
            for row in delays.affected(user, delay, now=now)
            if row.can_be_told and not row.is_told
            if named is None or row.appointment.pk in named
        ]
        for appointment in told:
            tell_of_delay(delay=delay, appointment=appointment, by=user, now=now)
        return Response({"told": [str(visit.pk) for visit in told]}, status=201)


class ClinicianBlocks(GuardedAPIView):
    """A clinician's blocked times."""

    permissions: ClassVar = {"GET": "scheduling.block_time", "POST": "scheduling.block_time"}

    @extend_schema(
        operation_id="blocks_list",
        parameters=[OpenApiParameter("day", str, required=True, description="A day at the site.")],
        responses=BlockSerializer(many=True),
    )
    def get(self, request: Request, clinician_id: int) -> Response:
        """The blocked times of one day."""
        asked = validated_query(BlockSearchSerializer, request)
        user = self.user(request)
        resource = blocks.access_clinician_to_block(user, clinician_id)
        found = blocks.blocks(user, resource.site, asked["day"], resource=resource)
        return Response(BlockSerializer(found, many=True).data)

    @extend_schema(
        request=NewBlockSerializer,
        responses={
            201: BlockSerializer,
            409: OpenApiResponse(TimeTakenSerializer, "The visits in the way."),
        },
    )
    def post(self, request: Request, clinician_id: int) -> Response:
        """Block a time; 409 with the visits in the way."""
        asked = validated(NewBlockSerializer, request)
        user = self.user(request)
        block = block_time(
            resource=blocks.access_clinician_to_block(user, clinician_id),
            begin=asked["start_at"],
            end=asked["end_at"],
            note=asked.get("note", ""),
            by=user,
            now=timezone.now(),
        )
        return answer_with_etag(request, _told(block), status=201)


class BlockDetail(GuardedAPIView):
    """One blocked time."""

    permissions: ClassVar = {"GET": "scheduling.block_time", "DELETE": "scheduling.block_time"}

    @extend_schema(responses=BlockSerializer)
    def get(self, request: Request, block_id: int) -> Response:
        """When, whose and why."""
        return answer_with_etag(request, _told(blocks.access_block(self.user(request), block_id)))

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, block_id: int) -> Response:
        """Give the time back."""
        user = self.user(request)
        block = blocks.access_block_to_remove(user, block_id)
        require_match(request, _told(block))
        unblock(block=block, by=user, now=timezone.now())
        return Response(status=204)


def _told(block: Reservation) -> Any:
    return BlockSerializer(block).data
