"""One visit: its reason, steps, moving, rooms."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, represented, validated
from clinic.shared.etags import answer_with_etag, match_if_sent, require_match
from scheduling.actions.assign import assign_resource
from scheduling.actions.describe import describe_visit
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.actions.unchanged import Check
from scheduling.api.appointment_fields import (
    AppointmentSerializer,
    SaidSerializer,
    SlotTakenSerializer,
)
from scheduling.api.fields import InstantField
from scheduling.domain.states import Step
from scheduling.models import Appointment, CancellationReason
from scheduling.queries import board, catalogue
from treatments.api.in_spite import InSpiteSerializer, said_to_rules

# Whoever presses a button says what to do from wherever the visit stands; a program that has
# decided by what it read can say so.
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="Optional: the version that was read. If the visit has changed since, 412.",
)
STALE = OpenApiResponse(ProblemSerializer, "Changed since the version in If-Match.")


def _as_seen(request: Request) -> Check:
    """Compared under the lock, if the client says which version it has seen."""

    def check(current: Appointment) -> None:
        match_if_sent(request, lambda: represented(AppointmentSerializer, current))

    return check


class MoveSerializer(InSpiteSerializer):
    """Where a visit is to go; without a clinician, to anybody who may do it."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


class StepSerializer(serializers.Serializer[Any]):
    """A step to take with a visit. A cancellation, and only that, has a `cancellation_reason`."""

    step = serializers.ChoiceField(choices=[step.value for step in Step])
    cancellation_reason = serializers.ChoiceField(
        required=False, choices=CancellationReason.choices
    )
    note = serializers.CharField(required=False, max_length=200, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Why a visit was cancelled is known at the moment of cancelling, and never again."""
        is_said = "cancellation_reason" in attrs
        if is_said != (attrs["step"] == Step.CANCEL):
            words = "Only a cancellation has one." if is_said else "Say why the visit is cancelled."
            raise serializers.ValidationError({"cancellation_reason": words})
        return attrs


class AssignSerializer(serializers.Serializer[Any]):
    """Which room or machine a visit gives up, and which one it gets."""

    old = serializers.IntegerField(min_value=1, max_value=2**31)
    new = serializers.IntegerField(min_value=1, max_value=2**31)


class AppointmentDetail(GuardedAPIView):
    """One visit."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "PATCH": "scheduling.book"}

    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, appointment_id: UUID) -> Response:
        """Where it stands and what it takes up."""
        user = self.user(request)
        appointment = board.access_appointment(user, appointment_id, now=timezone.now())
        return answer_with_etag(request, represented(AppointmentSerializer, appointment))

    @extend_schema(request=SaidSerializer, responses=AppointmentSerializer)
    def patch(self, request: Request, appointment_id: UUID) -> Response:
        """Change why somebody comes, or where the visit is for; needs `If-Match`.

        The clinical rules are asked again for another region, and refuse nothing: what they find
        goes to the worklist and to clinicians.
        """
        asked = validated(SaidSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = board.access_appointment(user, appointment_id, now=now)
        changed = describe_visit(
            appointment=appointment,
            reason=asked.get("reason"),
            region=asked.get("region"),
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
        parameters=[IF_MATCH],
        request=StepSerializer,
        responses={200: AppointmentSerializer, 409: ProblemSerializer, 412: STALE},
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Take a step; 409 with where the visit stands if it does not lead on from there."""
        asked = validated(StepSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = take_step(
            appointment=board.access_appointment(user, appointment_id, now=now),
            step=Step(asked["step"]),
            note=asked.get("note", ""),
            cancellation_reason=asked.get("cancellation_reason", ""),
            check=_as_seen(request),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, appointment))


class AppointmentMove(GuardedAPIView):
    """Another time for a visit."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        parameters=[IF_MATCH],
        request=MoveSerializer,
        responses={
            200: AppointmentSerializer,
            409: OpenApiResponse(SlotTakenSerializer, "Not free; the next times that are."),
            412: STALE,
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
        moved = move_appointment(
            appointment=appointment,
            to=to,
            **said_to_rules(asked),
            check=_as_seen(request),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, moved))


class AppointmentAssign(GuardedAPIView):
    """Another room or machine for a visit."""

    permissions: ClassVar = {"POST": "scheduling.receive"}

    @extend_schema(
        parameters=[IF_MATCH],
        request=AssignSerializer,
        responses={200: AppointmentSerializer, 409: ProblemSerializer, 412: STALE},
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
            check=_as_seen(request),
            by=user,
            now=now,
        )
        return answer_with_etag(request, represented(AppointmentSerializer, changed))
