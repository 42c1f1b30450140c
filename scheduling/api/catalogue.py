"""With whom a visit can be booked, and which times are free."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated_query
from clinic.shared.errors import Invalid
from scheduling.api.fields import InstantField
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots

LONGEST_SEARCH = timedelta(days=62)


class ClinicianSerializer(serializers.Serializer[Any]):
    """Somebody who sees people."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SlotSerializer(serializers.Serializer[Any]):
    """A free time."""

    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    site = serializers.IntegerField()
    clinician = serializers.IntegerField(allow_null=True)


class SlotSearchSerializer(serializers.Serializer[Any]):
    """Which free times are wanted: starts in [`earliest`, `latest`)."""

    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    earliest = InstantField()
    latest = InstantField()
    limit = serializers.IntegerField(default=200, min_value=1, max_value=1000)


class Clinicians(GuardedAPIView):
    """Who sees people at a site."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(responses=ClinicianSerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """The clinicians of one site."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        return Response(ClinicianSerializer(catalogue.clinicians(user, site), many=True).data)


class Slots(GuardedAPIView):
    """Free times: computed, never stored."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(
        parameters=[
            OpenApiParameter("visit_type", str, required=True),
            OpenApiParameter("site", int, required=True),
            OpenApiParameter("clinician", int, description="Nobody named: whoever may do it."),
            OpenApiParameter("earliest", str, required=True, description="ISO 8601 with offset."),
            OpenApiParameter("latest", str, required=True, description="ISO 8601 with offset."),
            OpenApiParameter("limit", int, description="At most 1,000; 200 unless told."),
        ],
        responses=SlotSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The free times in a window of at most 62 days, earliest first."""
        asked = validated_query(SlotSearchSerializer, request)
        user = self.user(request)
        if not timedelta() < asked["latest"] - asked["earliest"] <= LONGEST_SEARCH:
            raise Invalid("Ask for a window that ends after it begins, of at most 62 days.")
        site = catalogue.access_site(user, asked["site"])
        named = asked.get("clinician")
        search = SlotSearch(
            visit_type=catalogue.access_visit_type(user, asked["visit_type"]),
            sites=[site],
            earliest=asked["earliest"],
            latest=asked["latest"],
            clinicians=[catalogue.access_clinician(user, site, named)] if named else None,
            limit=asked["limit"],
        )
        # Plain dictionaries: a serializer for each of a thousand rows would cost more than finding
        # them does.
        return Response(
            [
                {
                    "start_at": slot.start_at,
                    "end_at": slot.end_at,
                    "site": slot.site_id,
                    "clinician": slot.clinician_id,
                }
                for slot in free_slots(user, search, now=timezone.now())
            ]
        )
