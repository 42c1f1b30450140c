"""The rulebook: what is on, with which numbers, in which versions; and signing for a change."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Conflict
from clinic.shared.etags import answer_with_etag, require_match
from patients.queries import access_patient
from treatments.actions.rulebook import sign_rule
from treatments.api.course_fields import NothingSerializer
from treatments.api.rule_fields import (
    EditionSerializer,
    RuleChangeSerializer,
    RuleQuerySerializer,
    RuleSerializer,
    RuleWithVersionsSerializer,
    TriedSerializer,
    TryQuerySerializer,
    changed_record,
)
from treatments.models import Section
from treatments.queries import rulebook as read
from treatments.queries.catalogue import choices

PERMISSION = read.MANAGE
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
REFUSALS = {
    409: OpenApiResponse(ProblemSerializer, "Somebody signed another version meanwhile."),
    412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
    428: OpenApiResponse(ProblemSerializer, "No If-Match."),
}


class Rules(GuardedAPIView):
    """The rulebook."""

    permissions: ClassVar = {"GET": read.READ}

    @extend_schema(
        operation_id="rules_list",
        parameters=[RuleQuerySerializer],
        responses=RuleSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The rules in force, by family and key."""
        asked = validated_query(RuleQuerySerializer, request)
        views = read.rulebook(
            self.user(request),
            family=asked.get("family", ""),
            text=asked["q"],
            is_on=asked["is_on"],
        )
        return Response(RuleSerializer(views, many=True).data)


class RuleDetail(GuardedAPIView):
    """One rule."""

    permissions: ClassVar = {"GET": read.READ, "PATCH": PERMISSION}

    @extend_schema(operation_id="rules_retrieve", responses=RuleWithVersionsSerializer)
    def get(self, request: Request, rule_key: str) -> Response:
        """What it says, and every version that ever held."""
        return answer_with_etag(request, _shown(self.user(request), rule_key))

    @extend_schema(
        parameters=[IF_MATCH],
        request=RuleChangeSerializer,
        responses={200: RuleWithVersionsSerializer} | REFUSALS,
    )
    def patch(self, request: Request, rule_key: str) -> Response:
        """Switch it on or off, change its weight or its numbers: a new version, signed."""
        user = self.user(request)
        view = read.access_rule(user, rule_key)
        asked = validated(RuleChangeSerializer, request)
        require_match(request, _shown(user, rule_key))
        sign_rule(
            key=rule_key,
            seen=view.row.version,
            record=changed_record(view.row.record, asked),
            note=asked["note"],
            by=user,
            now=timezone.now(),
        )
        return answer_with_etag(request, _shown(user, rule_key))


class RuleTry(GuardedAPIView):
    """Trying a rule on somebody."""

    permissions: ClassVar = {"GET": PERMISSION}

    @extend_schema(
        operation_id="rules_try", parameters=[TryQuerySerializer], responses=TriedSerializer
    )
    def get(self, request: Request, rule_key: str) -> Response:
        """Whether the rule in force fires for them on a day, and nothing else about them."""
        user = self.user(request)
        view = read.access_rule(user, rule_key)
        asked = validated_query(TryQuerySerializer, request)
        patient = access_patient(user, asked["patient"], to_reach=False, now=timezone.now())
        if asked["treatment"] not in dict(choices(user, Section.TREATMENT)):
            wrong = {"treatment": ["The catalogue has no such treatment."]}
            raise serializers.ValidationError(wrong)
        tried = read.try_rule(
            user,
            view.row.record,
            patient.pk,
            asked["treatment"],
            asked.get("on", timezone.localdate()),
            where=read.Where(
                asked.get("region", ""),
                frozenset(asked.get("levels", ())),
                asked.get("side", ""),
                tuple(asked.get("drugs", ())),
            ),
        )
        return Response(TriedSerializer(tried).data)


class RuleTakeOver(GuardedAPIView):
    """The shipped version that was offered."""

    permissions: ClassVar = {"POST": PERMISSION}

    @extend_schema(
        parameters=[IF_MATCH],
        request=NothingSerializer,
        responses={200: RuleWithVersionsSerializer} | REFUSALS,
    )
    def post(self, request: Request, rule_key: str) -> Response:
        """Sign it as it is; 409 if none waits."""
        user = self.user(request)
        view = read.access_rule(user, rule_key)
        validated(NothingSerializer, request)
        require_match(request, _shown(user, rule_key))
        if view.offered is None:
            raise Conflict("There is no newer version to take over.")
        sign_rule(
            key=rule_key,
            seen=view.row.version,
            record=view.offered.record,
            note=f"Shipped version {view.offered.version} taken over",
            by=user,
            now=timezone.now(),
        )
        return answer_with_etag(request, _shown(user, rule_key))


def _shown(user: User, rule_key: str) -> Any:
    view = read.access_rule(user, rule_key)
    versions = EditionSerializer(read.editions(user, rule_key), many=True).data
    return RuleSerializer(view).data | {"versions": versions}
