"""Prior authorizations through REST."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries.people import access_patient
from treatments.actions.authorizations import (
    Authorization,
    record_authorization,
    revoke_authorization,
)
from treatments.api.course_fields import NothingSerializer
from treatments.domain.authorizations import AuthorizationState
from treatments.queries.authorizations import (
    access_authorization,
    list_authorizations,
    treatments_to_authorize,
)


class AuthorizationQuerySerializer(PageQuerySerializer):
    """Whose authorizations."""

    patient = serializers.UUIDField()


class NewAuthorizationSerializer(serializers.Serializer[Any]):
    """What a payer allowed: so many units of a treatment between two days, inclusive."""

    patient = serializers.UUIDField()
    treatment = serializers.SlugField(max_length=60)
    payer = serializers.CharField(max_length=150)
    number = serializers.CharField(max_length=80)
    units = serializers.IntegerField(min_value=1, max_value=999)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class AuthorizationSerializer(serializers.Serializer[Any]):
    """An authorization, with what is used of it."""

    id = serializers.UUIDField(source="row.pk")
    patient = serializers.UUIDField(source="row.patient_id")
    treatment = serializers.CharField(source="row.treatment_id")
    course = serializers.UUIDField(source="row.course_id", allow_null=True)
    payer = serializers.CharField(source="row.payer")
    number = serializers.CharField(source="row.number")
    units = serializers.IntegerField(source="row.units")
    used = serializers.IntegerField(source="allowance.used")
    left = serializers.IntegerField(source="allowance.left")
    valid_from = serializers.DateField(source="row.valid_from")
    valid_until = serializers.DateField(source="row.valid_until")
    state = serializers.ChoiceField(choices=[state.value for state in AuthorizationState])
    note = serializers.CharField(source="row.note")
    revoked_at = serializers.DateTimeField(source="row.revoked_at", allow_null=True)


class PriorAuthorizations(GuardedAPIView):
    """What payers allowed beforehand."""

    permissions: ClassVar = {
        "GET": "treatments.manage_authorizations",
        "POST": "treatments.manage_authorizations",
    }

    @extend_schema(
        operation_id="prior_authorizations_list",
        parameters=[AuthorizationQuerySerializer],
        responses=paged(AuthorizationSerializer),
    )
    def get(self, request: Request) -> Response:
        """Those of one person, the latest end first."""
        asked = validated_query(AuthorizationQuerySerializer, request)
        pager = CursorPager(request, ordering=("-valid_until", "-pk"))
        views = list_authorizations(
            self.user(request),
            asked["patient"],
            pager,
            today=timezone.localdate(),
            now=timezone.now(),
        )
        return pager.response(AuthorizationSerializer(views, many=True).data)

    @extend_schema(
        request=NewAuthorizationSerializer,
        responses={201: AuthorizationSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Write one down; it joins the one open course of its treatment, if there is just one."""
        asked = validated(NewAuthorizationSerializer, request)
        user, now = self.user(request), timezone.now()
        patient = access_patient(user, asked.pop("patient"), now=now)
        named = asked.pop("treatment")
        treatment = next((e for e in treatments_to_authorize(user) if e.pk == named), None)
        if treatment is None:
            raise Invalid("This is no treatment that payers allow by the piece.")
        row = record_authorization(
            said=Authorization(patient=patient, treatment=treatment, **asked), by=user, now=now
        )
        return Response(_data(user, row.pk), status=201)


class PriorAuthorizationDetail(GuardedAPIView):
    """One authorization."""

    permissions: ClassVar = {"GET": "treatments.manage_authorizations"}

    @extend_schema(operation_id="prior_authorizations_retrieve", responses=AuthorizationSerializer)
    def get(self, request: Request, authorization_id: UUID) -> Response:
        """What is allowed and what is left of it."""
        return Response(_data(self.user(request), authorization_id))


class PriorAuthorizationRevoke(GuardedAPIView):
    """Taking one back."""

    permissions: ClassVar = {"POST": "treatments.manage_authorizations"}

    @extend_schema(request=None, responses={200: AuthorizationSerializer, 409: ProblemSerializer})
    def post(self, request: Request, authorization_id: UUID) -> Response:
        """It holds no more."""
        user, now = self.user(request), timezone.now()
        found = access_authorization(user, authorization_id, today=timezone.localdate(), now=now)
        validated(NothingSerializer, request)
        revoke_authorization(authorization=found.row, by=user, now=now)
        return Response(_data(user, authorization_id))


def _data(user: User, authorization_id: UUID) -> Any:
    today, now = timezone.localdate(), timezone.now()
    return AuthorizationSerializer(
        access_authorization(user, authorization_id, today=today, now=now)
    ).data
