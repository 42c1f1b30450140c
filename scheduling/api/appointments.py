"""Visits: listing them, booking, walking in."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import represented, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from scheduling.actions.book import book_appointment, walk_in
from scheduling.api.appointment_fields import (
    AppointmentSerializer,
    BookingSerializer,
    CountedBookingSerializer,
    SlotTakenSerializer,
    booking_request,
)
from scheduling.api.fields import DayField, InstantField
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import AppointmentStatus
from scheduling.models import Site
from scheduling.queries import board, catalogue
from scheduling.queries.visits import VisitSearch, visits


class WalkInSerializer(BookingSerializer):
    """Somebody who is here: their visit begins now."""

    start_at = None  # type: ignore[assignment]


class VisitQuerySerializer(PageQuerySerializer):
    """Which visits are wanted: of a day, or of a window of at most a year, at one site."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    day = DayField(required=False)
    earliest = InstantField(required=False)
    latest = InstantField(required=False)
    patient = serializers.UUIDField(required=False)
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    visit_type = serializers.SlugField(required=False)
    status = serializers.ChoiceField(
        required=False, choices=[status.value for status in AppointmentStatus]
    )
    sort = serializers.ChoiceField(choices=["start_at", "-start_at"], default="start_at")


class Appointments(GuardedAPIView):
    """Visits."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.book"}

    @extend_schema(
        operation_id="appointments_list",
        parameters=[VisitQuerySerializer],
        responses=paged(AppointmentSerializer),
    )
    def get(self, request: Request) -> Response:
        """The visits of a day, or of a window of at most a year, at one site."""
        asked = validated_query(VisitQuerySerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        begin, end = _window(asked, site)
        search = VisitSearch(
            site=site,
            begin=begin,
            end=end,
            patient_id=asked.get("patient"),
            clinician_id=asked.get("clinician"),
            visit_type=asked.get("visit_type", ""),
            status=asked.get("status", ""),
        )
        pager = CursorPager(request, ordering=(asked["sort"], "pk"))
        rows = visits(user, search, page=pager)
        return pager.response(AppointmentSerializer(rows, many=True).data)

    @extend_schema(
        request=CountedBookingSerializer,
        responses={
            201: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
        },
    )
    def post(self, request: Request) -> Response:
        """Book a visit; 409 with alternatives if the time is not free, or if a rule stops it."""
        asked = validated(CountedBookingSerializer, request)
        user, now = self.user(request), timezone.now()
        wish = booking_request(user, asked, asked["start_at"], now)
        booked = board.with_places(user, book_appointment(request=wish, by=user, now=now))
        return answer_with_etag(request, represented(AppointmentSerializer, booked), status=201)


LONGEST_WINDOW = timedelta(days=366)


def _window(asked: dict[str, Any], site: Site) -> tuple[datetime, datetime]:
    if asked.get("day"):
        return day_bounds(asked["day"], site.zone)
    begin, end = asked.get("earliest"), asked.get("latest")
    if begin is None or end is None or not timedelta() < end - begin <= LONGEST_WINDOW:
        raise Invalid("Say which day, or earliest and latest at most a year apart.")
    return begin, end


class WalkIns(GuardedAPIView):
    """People who are here without an appointment."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=WalkInSerializer,
        responses={
            201: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Nobody is free now; the next times."),
        },
    )
    def post(self, request: Request) -> Response:
        """A visit that begins now, for somebody who has arrived."""
        asked = validated(WalkInSerializer, request)
        user, now = self.user(request), timezone.now()
        wish = booking_request(user, asked, now, now)
        seen = walk_in(
            patient=wish.patient,
            visit_type=wish.visit_type,
            site=wish.site,
            clinician=wish.clinician,
            reason=wish.reason,
            override_reason=wish.override_reason,
            seen=wish.seen,
            region=wish.region,
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, seen), status=201)
