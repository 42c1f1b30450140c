"""The calendar through REST: what can be booked, free times, visits."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Invalid
from patients.queries import access_patient
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import AppointmentStatus, Step
from scheduling.forms import near_day, parse_instant
from scheduling.queries import board, catalogue
from scheduling.queries.availability import SlotSearch, free_slots

LONGEST_SEARCH = timedelta(days=62)


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[Any, Any, Any, Any]):
    """An ISO 8601 instant with its offset; a local time without one is refused, never guessed."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return parse_instant(data if isinstance(data, str) else "")
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class DayField(serializers.DateField):
    """A day, not absurdly far away."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return near_day(super().to_internal_value(value))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class SiteSerializer(serializers.Serializer[Any]):
    """A place, with the clock on its wall."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class ClinicianSerializer(serializers.Serializer[Any]):
    """Somebody who sees people."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class VisitTypeSerializer(serializers.Serializer[Any]):
    """What can be booked."""

    code = serializers.CharField()
    name = serializers.CharField()
    duration_minutes = serializers.IntegerField()


class SlotSerializer(serializers.Serializer[Any]):
    """A free time."""

    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    site = serializers.IntegerField()
    clinician = serializers.IntegerField(allow_null=True)


class SlotTakenSerializer(ProblemSerializer):
    """The refusal of a time that is not free, with the next ones that are."""

    alternatives = SlotSerializer(many=True)


class SlotSearchSerializer(serializers.Serializer[Any]):
    """Which free times are wanted: starts in [`earliest`, `latest`)."""

    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    earliest = InstantField()
    latest = InstantField()
    limit = serializers.IntegerField(default=200, min_value=1, max_value=1000)


class BookingSerializer(serializers.Serializer[Any]):
    """A visit to book; without a clinician, by anybody who may do it."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    reason = serializers.CharField(required=False, max_length=200, allow_blank=True)


class MoveSerializer(serializers.Serializer[Any]):
    """Where a visit is to go; without a clinician, to anybody who may do it."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


class BoardSearchSerializer(serializers.Serializer[Any]):
    """Which day's visits are wanted, by the clock of the site."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    day = DayField()


class ReservedSerializer(serializers.Serializer[Any]):
    """What a visit takes up."""

    id = serializers.IntegerField(source="resource.id")
    kind = serializers.CharField(source="resource.kind")
    name = serializers.CharField(source="resource.name")


class AppointmentSerializer(serializers.Serializer[Any]):
    """A visit, without anything clinical."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    visit_type = serializers.CharField(source="visit_type.code")
    site = serializers.IntegerField(source="site_id")
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=[status.value for status in AppointmentStatus])
    reason = serializers.CharField()
    resources = ReservedSerializer(many=True, source="taken")


class StepSerializer(serializers.Serializer[Any]):
    """A step to take with a visit."""

    step = serializers.ChoiceField(choices=[step.value for step in Step])


class Sites(GuardedAPIView):
    """Where the clinic works."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(responses=SiteSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every site."""
        return Response(SiteSerializer(catalogue.sites(self.user(request)), many=True).data)


class Clinicians(GuardedAPIView):
    """Who sees people at a site."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(responses=ClinicianSerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """The clinicians of one site."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        return Response(ClinicianSerializer(catalogue.clinicians(user, site), many=True).data)


class VisitTypes(GuardedAPIView):
    """What can be booked."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(responses=VisitTypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every kind of visit, most usual first."""
        kinds = catalogue.visit_types(self.user(request))
        return Response(VisitTypeSerializer(kinds, many=True).data)


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


class Appointments(GuardedAPIView):
    """Visits."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.book"}

    @extend_schema(
        operation_id="appointments_list",
        parameters=[
            OpenApiParameter("site", int, required=True),
            OpenApiParameter("day", str, required=True, description="A day at the site."),
        ],
        responses=AppointmentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The visits of one day at one site."""
        asked = validated_query(BoardSearchSerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        visits = board.visits_at(user, site, asked["day"])
        return Response(AppointmentSerializer(visits, many=True).data)

    @extend_schema(
        request=BookingSerializer,
        responses={
            201: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
        },
    )
    def post(self, request: Request) -> Response:
        """Book a visit; 409 with alternatives if the time is not free."""
        asked = validated(BookingSerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        named = asked.get("clinician")
        booked = book_appointment(
            request=BookingRequest(
                patient=access_patient(user, asked["patient"], to_reach=False, now=timezone.now()),
                visit_type=catalogue.access_visit_type(user, asked["visit_type"]),
                site=site,
                start_at=asked["start_at"],
                clinician=catalogue.access_clinician(user, site, named) if named else None,
                reason=asked.get("reason", ""),
            ),
            by=user,
            now=timezone.now(),
        )
        shown = board.with_places(user, booked)
        return Response(AppointmentSerializer(shown).data, status=201)


class AppointmentDetail(GuardedAPIView):
    """One visit."""

    permissions: ClassVar = {"GET": "scheduling.view_board"}

    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, appointment_id: UUID) -> Response:
        """Where it stands and what it takes up."""
        user = self.user(request)
        appointment = board.access_appointment(user, appointment_id, now=timezone.now())
        return Response(AppointmentSerializer(appointment).data)


class AppointmentSteps(GuardedAPIView):
    """Steps taken with a visit."""

    permissions: ClassVar = {"POST": "scheduling.view_board"}

    @extend_schema(
        request=StepSerializer, responses={200: AppointmentSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Take a step; 409 with where the visit stands if it does not lead on from there."""
        asked = validated(StepSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = take_step(
            appointment=board.access_appointment(user, appointment_id, now=now),
            step=Step(asked["step"]),
            by=user,
            now=now,
        )
        return Response(AppointmentSerializer(appointment).data)


class AppointmentMove(GuardedAPIView):
    """Another time for a visit."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=MoveSerializer,
        responses={
            200: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
        },
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Move a visit; 409 if it has begun, or with alternatives if the time is not free."""
        asked = validated(MoveSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = board.access_appointment(user, appointment_id, now=now)
        site = catalogue.access_site(user, asked["site"])
        named = asked.get("clinician")
        to = NewPlace(
            site=site,
            start_at=asked["start_at"],
            clinician=catalogue.access_clinician(user, site, named) if named else None,
        )
        moved = move_appointment(appointment=appointment, to=to, by=user, now=now)
        return Response(AppointmentSerializer(moved).data)
