"""What another version of a rule would flag among the visits of the next 30 days."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated
from scheduling.queries.rule_dry_run import dry_run
from treatments.api.rule_fields import RuleDraftSerializer, changed_record
from treatments.queries.rulebook import MANAGE, access_rule


class FlaggedSerializer(serializers.Serializer[Any]):
    """A visit about which the two versions differ; "" where one says nothing."""

    appointment = serializers.UUIDField(source="visit.pk")
    patient = serializers.UUIDField(source="visit.patient_id")
    start_at = serializers.DateTimeField(source="visit.start_at")
    before = serializers.CharField()
    after = serializers.CharField()


class DryRunSerializer(serializers.Serializer[Any]):
    """How many visits were looked at, how many each version flags, and where they differ."""

    looked = serializers.IntegerField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    differing = FlaggedSerializer(many=True)


class RuleDryRun(GuardedAPIView):
    """Trying a change of a rule."""

    permissions: ClassVar = {"POST": MANAGE}

    @extend_schema(request=RuleDraftSerializer, responses=DryRunSerializer)
    def post(self, request: Request, rule_key: str) -> Response:
        """Nothing is changed: both versions are asked, and what differs is listed."""
        user = self.user(request)
        record = access_rule(user, rule_key).row.record
        changed = changed_record(record, validated(RuleDraftSerializer, request))
        found = dry_run(user, record, changed, now=timezone.now())
        return Response(DryRunSerializer(found).data)
