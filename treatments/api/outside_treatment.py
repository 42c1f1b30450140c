"""Which treatment an imported procedure was, through REST."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated
from clinic.shared.etags import answer_with_etag, require_match
from treatments.actions.outside_treatment import tell_treatment
from treatments.api.matching import IF_MATCH, MATCH_PROBLEMS
from treatments.api.procedure_fields import ProcedureSerializer
from treatments.domain.spine import Region
from treatments.models import Procedure
from treatments.queries import procedures as queries


class ToldTreatmentSerializer(serializers.Serializer[Any]):
    """A treatment of the catalogue by its key, or null to leave it to the words of the source."""

    treatment = serializers.CharField(max_length=60, allow_null=True)
    is_none_of_ours = serializers.BooleanField(
        default=False, help_text="It was none of the catalogue's: no limit counts it."
    )
    region = serializers.ChoiceField(
        choices=[region.value for region in Region], required=False, allow_blank=True, default=""
    )


class ProcedureTreatment(GuardedAPIView):
    """What an imported procedure was."""

    permissions: ClassVar = {"PUT": "treatments.prepare_procedures"}

    @extend_schema(
        request=ToldTreatmentSerializer,
        parameters=[IF_MATCH],
        responses={200: ProcedureSerializer, 409: ProblemSerializer, **MATCH_PROBLEMS},
    )
    def put(self, request: Request, procedure_id: int) -> Response:
        """Limits count it as that from now on; its own words stay. Give its ETag as If-Match."""
        user, now = self.user(request), timezone.now()
        found = queries.access_procedure(user, procedure_id, now=now)
        asked = validated(ToldTreatmentSerializer, request)
        known = {entry.key: entry for entry in queries.all_treatments(user)}
        if asked["treatment"] is not None and asked["treatment"] not in known:
            wrong = {"treatment": ["The catalogue has no such treatment."]}
            raise serializers.ValidationError(wrong)

        def as_read(current: Procedure) -> None:
            require_match(request, ProcedureSerializer(current).data)

        tell_treatment(
            procedure=found,
            treatment=known.get(asked["treatment"]),
            region=asked["region"],
            is_none_of_ours=asked["is_none_of_ours"],
            check=as_read,
            by=user,
            now=now,
        )
        fresh = queries.access_procedure(user, procedure_id, now=now)
        return answer_with_etag(request, ProcedureSerializer(fresh).data)
