"""What the clinical rules found, why, and what somebody says to it."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from treatments.actions import findings as actions
from treatments.api.course_fields import NothingSerializer
from treatments.domain.rules.facts import Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules_states import MAY_ACKNOWLEDGE, MAY_OVERRIDE, FindingState, SubjectKind
from treatments.queries import findings as read

SEVERITIES = [one.value for one in Severity]
STATES = [one.value for one in FindingState]
GONE = OpenApiResponse(ProblemSerializer, "It holds no more: something changed since.")


class FindingQuerySerializer(PageQuerySerializer):
    """Which are wanted: those of one person, or of everybody one looks after."""

    patient = serializers.UUIDField(required=False)
    severity = serializers.ChoiceField(required=False, choices=SEVERITIES)
    state = serializers.ChoiceField(choices=[*STATES, "all"], default=FindingState.OPEN.value)


class FindingSerializer(serializers.Serializer[Any]):
    """What a rule said about something planned or done (FHIR R4 DetectedIssue).

    `earliest` is the first day on which it would not object, null if waiting does not help;
    `missing` is what nobody knows, and then the rule only could apply.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    rule = serializers.CharField(source="rule_key")
    rule_version = serializers.IntegerField(source="rule.version")
    stage = serializers.ChoiceField(choices=[one.value for one in Stage])
    subject_kind = serializers.ChoiceField(choices=[one.value for one in SubjectKind])
    subject = serializers.CharField(source="subject_key")
    subject_date = serializers.DateField()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    urgency = serializers.CharField()
    message = serializers.CharField()
    desk_message = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    earliest = serializers.DateField(source="clears_date", allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    found_at = serializers.DateTimeField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """A row that was counted; `on` is null for what nobody can date."""

    kind = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    on = serializers.DateField(allow_null=True)


class SourceSerializer(serializers.Serializer[Any]):
    """Where the numbers of a rule come from; `confidence` is P, S, B or D."""

    document = serializers.CharField()
    confidence = serializers.CharField()
    note = serializers.CharField()


class OverrideSerializer(serializers.Serializer[Any]):
    """Somebody went on although a rule said no; it stays for ever."""

    by = serializers.IntegerField(source="by_id")
    role = serializers.CharField()
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """What was counted, in which window, what the source says, and what was said to it."""

    counted = serializers.CharField(source="finding.counted")
    window_start_date = serializers.DateField(source="finding.window_start_date", allow_null=True)
    window_end_date = serializers.DateField(source="finding.window_end_date", allow_null=True)
    evidence = EvidenceSerializer(many=True, source="finding.evidence")
    rule_message = serializers.CharField(source="rule.message")
    source = SourceSerializer(source="rule.source")  # type: ignore[assignment]
    found_by = serializers.IntegerField(source="finding.found_by_id", allow_null=True)
    acknowledged_by = serializers.IntegerField(source="finding.acknowledged_by_id", allow_null=True)
    acknowledged_at = serializers.DateTimeField(source="finding.acknowledged_at", allow_null=True)
    cleared_at = serializers.DateTimeField(source="finding.cleared_at", allow_null=True)
    overrides = OverrideSerializer(many=True)


class ExplainedFindingSerializer(ExplanationSerializer, FindingSerializer):
    """A finding with its explanation."""


class OverridingSerializer(serializers.Serializer[Any]):
    """Why it goes on all the same."""

    reason = serializers.CharField(min_length=actions.SHORTEST_REASON, max_length=500)


class Findings(GuardedAPIView):
    """What the rules found."""

    permissions: ClassVar = {"GET": MAY_ACKNOWLEDGE}

    @extend_schema(
        operation_id="findings_list",
        parameters=[
            OpenApiParameter("patient", UUID, description="Those of one person."),
            OpenApiParameter("severity", str, enum=SEVERITIES),
            OpenApiParameter("state", str, enum=[*STATES, "all"], default="open"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=paged(FindingSerializer),
    )
    def get(self, request: Request) -> Response:
        """Of one person, or the inbox: of everybody one looks after. By urgency, then by day."""
        asked = validated_query(FindingQuerySerializer, request)
        user, now = self.user(request), timezone.now()
        pager = CursorPager(request, ordering=read.BY_URGENCY)
        wanted = read.Wanted(asked.get("severity", ""), asked["state"])
        if asked.get("patient"):
            found = read.findings_of(user, asked["patient"], wanted, page=pager, now=now)
        else:
            found = read.inbox(user, wanted, page=pager, now=now)
        return pager.response(FindingSerializer(found, many=True).data)


class FindingDetail(GuardedAPIView):
    """One finding."""

    permissions: ClassVar = {"GET": MAY_ACKNOWLEDGE}

    @extend_schema(operation_id="findings_retrieve", responses=ExplainedFindingSerializer)
    def get(self, request: Request, finding_id: UUID) -> Response:
        """With its explanation: rule and version, rows, window, source, and what was said."""
        return answer_with_etag(request, _explained(self.user(request), finding_id))


class FindingAcknowledge(GuardedAPIView):
    """Saying that one has seen it."""

    permissions: ClassVar = {"POST": MAY_ACKNOWLEDGE}

    @extend_schema(
        request=NothingSerializer, responses={200: ExplainedFindingSerializer, 409: GONE}
    )
    def post(self, request: Request, finding_id: UUID) -> Response:
        """It leaves the inbox; said twice, it is said once."""
        user, now = self.user(request), timezone.now()
        found = read.access_finding(user, finding_id, now=now)
        validated(NothingSerializer, request)
        actions.acknowledge_findings(findings=[found], by=user, now=now)
        return answer_with_etag(request, _explained(user, finding_id))


class FindingOverride(GuardedAPIView):
    """Going on all the same."""

    permissions: ClassVar = {"POST": MAY_OVERRIDE}

    @extend_schema(
        request=OverridingSerializer, responses={200: ExplainedFindingSerializer, 409: GONE}
    )
    def post(self, request: Request, finding_id: UUID) -> Response:
        """Who, why and when stay for ever."""
        user, now = self.user(request), timezone.now()
        found = read.access_finding(user, finding_id, now=now)
        reason = validated(OverridingSerializer, request)["reason"]
        actions.override_finding(finding=found, reason=reason, by=user, now=now)
        return answer_with_etag(request, _explained(user, finding_id))


def _explained(user: User, finding_id: UUID) -> Any:
    found = read.access_finding(user, finding_id, now=timezone.now())
    told = ExplanationSerializer(read.explain(user, found)).data
    return FindingSerializer(found).data | told
