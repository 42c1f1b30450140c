"""Visits over others: what is in the way, and booking all the same."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, represented, validated, validated_query
from clinic.shared.etags import answer_with_etag
from scheduling.actions.overbook import overbook_appointment
from scheduling.api.appointment_fields import (
    AppointmentSerializer,
    BookingSerializer,
    booking_request,
)
from scheduling.api.fields import InstantField
from scheduling.queries import catalogue
from scheduling.queries.conflicts import Wish, conflicts


class OverbookingSerializer(BookingSerializer):
    """A visit to book over what is in its way, and why."""

    overbooking_reason = serializers.CharField(max_length=200)


class ConflictQuerySerializer(serializers.Serializer[Any]):
    """The visit whose obstacles are asked for."""

    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


class ObstacleSerializer(serializers.Serializer[Any]):
    """One thing in the way: what it takes, from when to when, and for whom."""

    resource = serializers.IntegerField(source="resource.pk")
    name = serializers.CharField(source="resource.name")
    kind = serializers.CharField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    who = serializers.CharField()
    what = serializers.CharField()


class WishSerializer(serializers.Serializer[Any]):
    """Everything in the way of a visit at once; nothing helps where something is missing."""

    obstacles = ObstacleSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class Overbookings(GuardedAPIView):
    """Visits booked over others, on purpose."""

    permissions: ClassVar = {"GET": "scheduling.overbook", "POST": "scheduling.overbook"}

    @extend_schema(
        operation_id="overbookings_conflicts",
        parameters=[ConflictQuerySerializer],
        responses=WishSerializer,
    )
    def get(self, request: Request) -> Response:
        """Everything that stands in the way of a visit, at once: what, who and when."""
        asked = validated_query(ConflictQuerySerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        kind = catalogue.access_visit_type(user, asked["visit_type"])
        named = asked.get("clinician")
        found: Wish = conflicts(
            user,
            visit_type=kind,
            site=site,
            start_at=asked["start_at"],
            end_at=asked["start_at"] + timedelta(minutes=kind.duration_minutes),
            clinician=catalogue.access_clinician(user, site, named) if named else None,
            now=timezone.now(),
        )
        return Response(WishSerializer(found).data)

    @extend_schema(
        request=OverbookingSerializer,
        responses={201: AppointmentSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Book over what is in the way; the reason stays with the visit."""
        asked = validated(OverbookingSerializer, request)
        user, now = self.user(request), timezone.now()
        wish = booking_request(user, asked, asked["start_at"], now)
        reason = asked["overbooking_reason"]
        booked = overbook_appointment(request=wish, reason=reason, by=user, now=now)
        return answer_with_etag(request, represented(AppointmentSerializer, booked), status=201)
