"""Favourites, recalled lots and the steroid ledger through REST."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from treatments.actions import favorites as actions
from treatments.queries import procedures as queries
from treatments.queries.recall import recipients
from treatments.queries.steroids import steroid_ledger


class LedgerQuerySerializer(serializers.Serializer[Any]):
    """Whose ledger, at the end of which day (today)."""

    patient = serializers.UUIDField()
    on = serializers.DateField(required=False)


class LedgerLineSerializer(serializers.Serializer[Any]):
    """One injection; `uncounted` says why it is in no sum."""

    procedure = serializers.IntegerField(source="injected.procedure_id")
    text = serializers.CharField(source="injected.text")
    on = serializers.DateField(source="injected.on", allow_null=True)
    drug = serializers.CharField(source="injected.drug")
    dose = serializers.CharField(source="injected.dose", allow_null=True)
    factor = serializers.CharField(source="injected.factor", allow_null=True)
    is_outside = serializers.BooleanField(source="injected.is_outside")
    equivalent_mg = serializers.CharField(source="equivalent", allow_null=True)
    uncounted = serializers.CharField(allow_null=True)
    in_year = serializers.BooleanField()
    in_three_years = serializers.BooleanField()


class SteroidLedgerSerializer(serializers.Serializer[Any]):
    """Sums in milligrams of methylprednisolone; each window begins after its day."""

    on = serializers.DateField()
    year_from = serializers.DateField()
    three_years_from = serializers.DateField()
    year_mg = serializers.CharField(source="year")
    three_years_mg = serializers.CharField(source="three_years")
    lines = LedgerLineSerializer(many=True)


class SteroidLedgers(GuardedAPIView):
    """How much steroid somebody was given by injection."""

    permissions: ClassVar = {"GET": "patients.view_chart"}

    @extend_schema(parameters=[LedgerQuerySerializer], responses=SteroidLedgerSerializer)
    def get(self, request: Request) -> Response:
        """The ledger at the end of a day."""
        asked, now = validated_query(LedgerQuerySerializer, request), timezone.localtime()
        on = asked.get("on", now.date())
        found = steroid_ledger(self.user(request), asked["patient"], on=on, now=now)
        return Response(SteroidLedgerSerializer(found).data)


class RecallQuerySerializer(serializers.Serializer[Any]):
    """Which lot, and of which drug if it matters."""

    lot_number = serializers.CharField(max_length=60)
    drug = serializers.CharField(max_length=60, required=False)


class RecipientSerializer(serializers.Serializer[Any]):
    """Who received it, when, and in which procedure."""

    patient = serializers.UUIDField(source="patient.pk")
    record_number = serializers.IntegerField(source="patient.record_number")
    name = serializers.CharField(source="patient.name")
    phone = serializers.CharField(source="patient.phone")
    procedure = serializers.IntegerField(source="procedure_id")
    text = serializers.CharField(source="procedure")
    performed_at = serializers.DateTimeField(allow_null=True)
    drug = serializers.CharField()
    dose = serializers.CharField()
    lot_number = serializers.CharField()
    is_signed = serializers.BooleanField()


class LotRecalls(GuardedAPIView):
    """Everybody who was given a lot."""

    permissions: ClassVar = {"GET": "treatments.recall_lots"}

    @extend_schema(
        operation_id="lot_recalls_list",
        parameters=[RecallQuerySerializer],
        responses=RecipientSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """All of them at once: a recall that stops at a page misses somebody."""
        asked = validated_query(RecallQuerySerializer, request)
        return Response(
            RecipientSerializer(recipients(self.user(request), **asked), many=True).data
        )


class FavoriteSerializer(serializers.Serializer[Any]):
    """A procedure as somebody usually does it."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=80)
    treatment = serializers.CharField(source="treatment_id", read_only=True)
    values = serializers.JSONField(read_only=True)


class FavoriteNewSerializer(serializers.Serializer[Any]):
    """Which procedure to keep as a favourite, and its name."""

    procedure = serializers.IntegerField()
    name = serializers.CharField(max_length=80)


class FavoriteNameSerializer(serializers.Serializer[Any]):
    """Another name."""

    name = serializers.CharField(max_length=80)


class ProcedureFavorites(GuardedAPIView):
    """One's own favourites."""

    permissions: ClassVar = {
        "GET": "treatments.prepare_procedures",
        "POST": "treatments.prepare_procedures",
    }

    @extend_schema(operation_id="procedure_favorites_list", responses=FavoriteSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, by name."""
        found = queries.favorites(self.user(request))
        return Response(FavoriteSerializer(found, many=True).data)

    @extend_schema(
        request=FavoriteNewSerializer, responses={201: FavoriteSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Keep how a procedure was done."""
        user, now = self.user(request), timezone.now()
        asked = validated(FavoriteNewSerializer, request)
        found = queries.access_procedure(user, asked["procedure"], now=now)
        kept = actions.keep_favorite(procedure=found, name=asked["name"], by=user, now=now)
        return Response(FavoriteSerializer(kept).data, status=201)


class ProcedureFavorite(GuardedAPIView):
    """One favourite."""

    permissions: ClassVar = {
        "PATCH": "treatments.prepare_procedures",
        "DELETE": "treatments.prepare_procedures",
    }

    @extend_schema(
        request=FavoriteNameSerializer, responses={200: FavoriteSerializer, 409: ProblemSerializer}
    )
    def patch(self, request: Request, favorite_id: int) -> Response:
        """Give it another name."""
        user, now = self.user(request), timezone.now()
        favorite = queries.access_favorite(user, favorite_id)
        name = validated(FavoriteNameSerializer, request)["name"]
        renamed = actions.rename_favorite(favorite=favorite, name=name, by=user, now=now)
        return Response(FavoriteSerializer(renamed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, favorite_id: int) -> Response:
        """Take it off the list."""
        user, now = self.user(request), timezone.now()
        favorite = queries.access_favorite(user, favorite_id)
        actions.drop_favorite(favorite=favorite, by=user, now=now)
        return Response(status=204)
