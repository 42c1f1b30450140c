"""Holds: a time kept for somebody, booked or let go."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from scheduling.actions.hold import book_hold, place_hold, release_hold
from scheduling.api.appointment_fields import (
    AppointmentSerializer,
    BookingSerializer,
    SlotTakenSerializer,
    booking_request,
)
from scheduling.api.fields import region_field
from scheduling.models import Hold
from scheduling.queries import catalogue
from scheduling.queries.holds import access_hold, holds
from treatments.api.in_spite import InSpiteSerializer, RefusedByRulesSerializer, said_to_rules


class HoldRequestSerializer(BookingSerializer):
    """A time to hold, and for how many minutes."""

    reason = None  # type: ignore[assignment]
    minutes = serializers.IntegerField(default=10, min_value=1, max_value=24 * 60)
    resource = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31, help_text="A room or machine it must take."
    )


class HoldQuerySerializer(PageQuerySerializer):
    """Whose holds are wanted."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    sort = serializers.ChoiceField(
        choices=["start_at", "-start_at", "expires_at"], default="start_at"
    )


class HoldSerializer(serializers.Serializer[Any]):
    """A time that is kept for somebody until `expires_at`."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    visit_type = serializers.CharField(source="visit_type.code")
    site = serializers.IntegerField(source="site_id")
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    region = serializers.CharField()
    status = serializers.SerializerMethodField()
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True)

    def get_status(self, hold: Hold) -> str:
        """held, booked, released or expired; it ran out at `expires_at`, whoever has noticed."""
        return hold.status_at(timezone.now()).value


class HoldBookSerializer(InSpiteSerializer):
    """Why somebody comes, and what is said to the rules, which are asked again; both optional."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    region = region_field()


class Holds(GuardedAPIView):
    """Times that are kept."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.book"}

    @extend_schema(
        operation_id="holds_list",
        parameters=[HoldQuerySerializer],
        responses=paged(HoldSerializer),
    )
    def get(self, request: Request) -> Response:
        """The holds of a site that still hold."""
        asked = validated_query(HoldQuerySerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        pager = CursorPager(request, ordering=(asked["sort"], "pk"))
        rows = holds(user, site, now=timezone.now(), page=pager)
        return pager.response(HoldSerializer(rows, many=True).data)

    @extend_schema(
        request=HoldRequestSerializer,
        responses={
            201: HoldSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
        },
    )
    def post(self, request: Request) -> Response:
        """Hold a time: until then nobody else can book it."""
        asked = validated(HoldRequestSerializer, request)
        user, now = self.user(request), timezone.now()
        wish = booking_request(user, asked, asked["start_at"], now)
        lasting = timedelta(minutes=asked["minutes"])
        held = place_hold(request=wish, lasting=lasting, by=user, now=now)
        return Response(
            HoldSerializer(held).data,
            status=201,
            headers={"Expires": f"{held.expires_at:%a, %d %b %Y %H:%M:%S} GMT"},
        )


class HoldDetail(GuardedAPIView):
    """One hold."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "DELETE": "scheduling.book"}

    @extend_schema(responses=HoldSerializer)
    def get(self, request: Request, hold_id: UUID) -> Response:
        """Until when it holds, or what became of it."""
        return answer_with_etag(
            request, HoldSerializer(access_hold(self.user(request), hold_id)).data
        )

    @extend_schema(responses={204: None, 409: ProblemSerializer})
    def delete(self, request: Request, hold_id: UUID) -> Response:
        """Let the time go."""
        user = self.user(request)
        release_hold(hold=access_hold(user, hold_id), by=user, now=timezone.now())
        return Response(status=204)


class HoldBook(GuardedAPIView):
    """Turning a hold into a visit."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=HoldBookSerializer,
        responses={201: AppointmentSerializer, 409: RefusedByRulesSerializer},
    )
    def post(self, request: Request, hold_id: UUID) -> Response:
        """Book the very places that were kept; 409 if it ran out, or if a rule stops it."""
        asked = validated(HoldBookSerializer, request)
        user = self.user(request)
        booked = book_hold(
            hold=access_hold(user, hold_id),
            reason=asked["reason"],
            region=asked.get("region", ""),
            **said_to_rules(asked),
            by=user,
            now=timezone.now(),
        )
        return answer_with_etag(request, AppointmentSerializer(booked).data, status=201)
