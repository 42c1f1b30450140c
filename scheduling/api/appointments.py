"""Visits: booking, steps, moving, rooms."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, represented, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries import access_patient
from scheduling.actions.assign import assign_resource
from scheduling.actions.book import BookingRequest, book_appointment, walk_in
from scheduling.actions.describe import change_reason
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.steps import take_step
from scheduling.api.catalogue import SlotSerializer
from scheduling.api.fields import DayField, InstantField
from scheduling.domain.local_time import day_bounds
from scheduling.domain.states import AppointmentStatus, Step
from scheduling.models import CancellationReason, Site
from scheduling.queries import board, catalogue
from scheduling.queries.conflicts import Wish, conflicts
from scheduling.queries.visits import VisitSearch, visits


class SlotTakenSerializer(ProblemSerializer):
    """The refusal of a time that is not free, with the next ones that are."""

    alternatives = SlotSerializer(many=True)


class BookingSerializer(serializers.Serializer[Any]):
    """A visit to book; without a clinician, by anybody who may do it."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    reason = serializers.CharField(required=False, max_length=200, allow_blank=True)


class WalkInSerializer(BookingSerializer):
    """Somebody who is here: their visit begins now."""

    start_at = None  # type: ignore[assignment]


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


class MoveSerializer(serializers.Serializer[Any]):
    """Where a visit is to go; without a clinician, to anybody who may do it."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


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
    cancellation_reason = serializers.CharField()
    overbooking_reason = serializers.CharField()
    series = serializers.UUIDField(source="series_id", allow_null=True)
    series_number = serializers.IntegerField(allow_null=True)
    resources = ReservedSerializer(many=True, source="taken")


class ReasonSerializer(serializers.Serializer[Any]):
    """What the desk may read about why somebody comes."""

    reason = serializers.CharField(max_length=200, allow_blank=True)


class StepSerializer(serializers.Serializer[Any]):
    """A step to take with a visit. Only a cancellation has a `cancellation_reason`."""

    step = serializers.ChoiceField(choices=[step.value for step in Step])
    cancellation_reason = serializers.ChoiceField(
        required=False, choices=CancellationReason.choices
    )
    note = serializers.CharField(required=False, max_length=200, allow_blank=True)


class AssignSerializer(serializers.Serializer[Any]):
    """Which room or machine a visit gives up, and which one it gets."""

    old = serializers.IntegerField(min_value=1, max_value=2**31)
    new = serializers.IntegerField(min_value=1, max_value=2**31)


def booking_request(
    user: User, asked: dict[str, Any], start_at: datetime, now: datetime
) -> BookingRequest:
    """What a body asks for, each id asked again whether the user may. Raises `NotFound`."""
    wanted = catalogue.access_wanted(
        user,
        site=asked["site"],
        visit_type=asked["visit_type"],
        clinician=asked.get("clinician"),
    )
    return BookingRequest(
        patient=access_patient(user, asked["patient"], to_reach=False, now=now),
        visit_type=wanted.visit_type,
        site=wanted.site,
        start_at=start_at,
        clinician=wanted.clinician,
        reason=asked.get("reason", ""),
    )


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
        request=BookingSerializer,
        responses={
            201: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
        },
    )
    def post(self, request: Request) -> Response:
        """Book a visit; 409 with alternatives if the time is not free."""
        asked = validated(BookingSerializer, request)
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
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, seen), status=201)


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


class AppointmentDetail(GuardedAPIView):
    """One visit."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "PATCH": "scheduling.book"}

    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, appointment_id: UUID) -> Response:
        """Where it stands and what it takes up."""
        user = self.user(request)
        appointment = board.access_appointment(user, appointment_id, now=timezone.now())
        return answer_with_etag(request, represented(AppointmentSerializer, appointment))

    @extend_schema(request=ReasonSerializer, responses=AppointmentSerializer)
    def patch(self, request: Request, appointment_id: UUID) -> Response:
        """Change why somebody comes. Needs `If-Match` with the version that was read."""
        asked = validated(ReasonSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = board.access_appointment(user, appointment_id, now=now)
        changed = change_reason(
            appointment=appointment,
            reason=asked["reason"],
            # Compared under the lock: of two who have read the same version, one is told.
            check=lambda current: require_match(
                request, represented(AppointmentSerializer, current)
            ),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, changed))


class AppointmentSteps(GuardedAPIView):
    """Steps taken with a visit."""

    permissions: ClassVar = {"POST": "scheduling.view_board"}

    @extend_schema(
        request=StepSerializer, responses={200: AppointmentSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Take a step; 409 with where the visit stands if it does not lead on from there."""
        asked = validated(StepSerializer, request)
        if asked["step"] != Step.CANCEL and "cancellation_reason" in asked:
            raise Invalid("Only a cancellation has a cancellation_reason.")
        user, now = self.user(request), timezone.now()
        appointment = take_step(
            appointment=board.access_appointment(user, appointment_id, now=now),
            step=Step(asked["step"]),
            note=asked.get("note", ""),
            cancellation_reason=asked.get("cancellation_reason", ""),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, appointment))


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
        return answer_with_etag(request, represented(AppointmentSerializer, moved))


class AppointmentAssign(GuardedAPIView):
    """Another room or machine for a visit."""

    permissions: ClassVar = {"POST": "scheduling.receive"}

    @extend_schema(
        request=AssignSerializer, responses={200: AppointmentSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Exchange one of its rooms for an equal one, with its visit if there is one."""
        asked = validated(AssignSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = board.access_appointment(user, appointment_id, now=now)
        changed = assign_resource(
            appointment=appointment,
            old=catalogue.access_resource(user, appointment.site, asked["old"]),
            new=catalogue.access_resource(user, appointment.site, asked["new"]),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, changed))
