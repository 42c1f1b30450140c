"""Plans for what thins the blood before a procedure."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.utils import timezone
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
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from treatments.actions import hold_plans as actions
from treatments.domain.hold_plan import drafted, held_rows
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, MAY_OVERRIDE
from treatments.facts.people import clinic_zone
from treatments.models import HoldPlan
from treatments.queries import hold_plans as read

F = TypeVar("F", bound=Callable[..., Any])
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)


class HoldPlanQuerySerializer(PageQuerySerializer):
    """Which are wanted: the coming ones of one person, or of everybody one looks after."""

    patient = serializers.UUIDField(required=False)


class HeldDrugSerializer(serializers.Serializer[Any]):
    """One drug of a plan. `last_dose_on` is a day, `last_dose_by` an instant where hours count.

    `is_shared` means that clinicians decide together and there is no number; `told_last_dose` is
    what the person said, and `is_late` whether that was too late.
    """

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hold = serializers.CharField()
    last_dose_on = serializers.DateField(allow_null=True)
    last_dose_by = serializers.DateTimeField(allow_null=True)
    restart_hours = serializers.IntegerField(allow_null=True)
    is_shared = serializers.BooleanField()
    needs_inr = serializers.BooleanField()
    needs_prescriber = serializers.BooleanField()
    notes = serializers.ListField(child=serializers.CharField())
    confidence = serializers.CharField()
    is_unconfirmed = serializers.BooleanField()
    told_last_dose = serializers.DateField(allow_null=True)
    is_late = serializers.BooleanField()


class HoldPlanSerializer(serializers.Serializer[Any]):
    """The plan of one booked procedure. Nothing is told to the person before it is approved.

    `draft_instructions` is what they could be told, for a physician to correct and approve.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    appointment = serializers.UUIDField(source="appointment_id")
    treatment = serializers.CharField(source="treatment_id")
    procedure_at = serializers.DateTimeField()
    drugs = serializers.SerializerMethodField()
    draft_instructions = serializers.SerializerMethodField()
    instructions = serializers.CharField()
    prescriber = serializers.CharField()
    prescriber_words = serializers.CharField()
    prescriber_at = serializers.DateTimeField(allow_null=True)
    prescriber_noted_by = serializers.IntegerField(source="prescriber_noted_by_id", allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.IntegerField(source="approved_by_id", allow_null=True)
    made_at = serializers.DateTimeField()
    revision = serializers.IntegerField()

    @extend_schema_field(HeldDrugSerializer(many=True))
    def get_drugs(self, plan: HoldPlan) -> Any:
        """Drug by drug, with what the person told."""
        return HeldDrugSerializer(held_rows(plan.drugs, plan.last_doses), many=True).data

    def get_draft_instructions(self, plan: HoldPlan) -> str:
        """Made of the dates."""
        return drafted(held_rows(plan.drugs, plan.last_doses), clinic_zone())


class PrescriberSerializer(serializers.Serializer[Any]):
    """Who agreed that it may be stopped, and in which words."""

    prescriber = serializers.CharField(max_length=150)
    words = serializers.CharField(max_length=500, allow_blank=True, default="")


class ApprovalSerializer(serializers.Serializer[Any]):
    """Exactly what the person is told."""

    instructions = serializers.CharField(max_length=4000)


class LastDosesSerializer(serializers.Serializer[Any]):
    """When each drug was taken last, by its key in the plan; null takes it back."""

    last_doses = serializers.DictField(child=serializers.DateField(allow_null=True))


def _writes(body: type[serializers.Serializer[Any]]) -> Callable[[F], F]:
    described: Callable[[F], F] = extend_schema(
        parameters=[IF_MATCH],
        request=body,
        responses={
            200: HoldPlanSerializer,
            409: OpenApiResponse(ProblemSerializer, "Changed meanwhile, or nobody agreed."),
            412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
            428: OpenApiResponse(ProblemSerializer, "No If-Match."),
        },
    )
    return described


class HoldPlans(GuardedAPIView):
    """Plans of procedures to come."""

    permissions: ClassVar = {"GET": MAY_ACKNOWLEDGE}

    @extend_schema(
        operation_id="hold_plans_list",
        parameters=[
            OpenApiParameter("patient", UUID, description="Those of one person."),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=paged(HoldPlanSerializer),
    )
    def get(self, request: Request) -> Response:
        """The soonest first."""
        asked = validated_query(HoldPlanQuerySerializer, request)
        pager = CursorPager(request, ordering=("procedure_at", "pk"))
        user, now = self.user(request), timezone.now()
        found = read.coming_plans(user, patient_id=asked.get("patient"), page=pager, now=now)
        return pager.response(HoldPlanSerializer(found, many=True).data)


class HoldPlanDetail(GuardedAPIView):
    """One plan."""

    permissions: ClassVar = {"GET": MAY_ACKNOWLEDGE}

    @extend_schema(operation_id="hold_plans_retrieve", responses=HoldPlanSerializer)
    def get(self, request: Request, plan_id: UUID) -> Response:
        """Drug by drug, the prescriber's word, what the person is told, the day itself."""
        return _answer(request, self.user(request), plan_id)


class HoldPlanPrescriber(GuardedAPIView):
    """The prescriber's word."""

    permissions: ClassVar = {"POST": MAY_ACKNOWLEDGE}

    @_writes(PrescriberSerializer)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Write down that whoever prescribes the drugs agreed."""
        user, now = self.user(request), timezone.now()
        plan = _as_read(request, user, plan_id)
        said = validated(PrescriberSerializer, request)
        actions.note_prescriber(plan=plan, revision=plan.revision, **said, by=user, now=now)
        return _answer(request, user, plan_id)


class HoldPlanApproval(GuardedAPIView):
    """The physician's approval."""

    permissions: ClassVar = {"POST": MAY_OVERRIDE}

    @_writes(ApprovalSerializer)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Let the person be told exactly this."""
        user, now = self.user(request), timezone.now()
        plan = _as_read(request, user, plan_id)
        said = validated(ApprovalSerializer, request)
        actions.approve_plan(plan=plan, revision=plan.revision, **said, by=user, now=now)
        return _answer(request, user, plan_id)


class HoldPlanDoses(GuardedAPIView):
    """The last doses."""

    permissions: ClassVar = {"POST": MAY_ACKNOWLEDGE}

    @_writes(LastDosesSerializer)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Write down when the person took each drug last; the rules count it from then on."""
        user, now = self.user(request), timezone.localtime()
        plan = _as_read(request, user, plan_id)
        told = validated(LastDosesSerializer, request)["last_doses"]
        actions.note_last_doses(plan=plan, revision=plan.revision, told=told, by=user, now=now)
        return _answer(request, user, plan_id)


def _as_read(request: Request, user: User, plan_id: UUID) -> HoldPlan:
    """The plan, if it is still as the client has read it."""
    plan = read.access_plan(user, plan_id, now=timezone.now())
    require_match(request, HoldPlanSerializer(plan).data)
    return plan


def _answer(request: Request, user: User, plan_id: UUID) -> Response:
    plan = read.access_plan(user, plan_id, now=timezone.now())
    return answer_with_etag(request, HoldPlanSerializer(plan).data)
