"""Rules in JSON: what is shown of them, and what may be sent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from treatments.domain.rule_numbers import numbers_of, with_numbers
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.records import BadRule, rule_from
from treatments.domain.rules.words import RULE_FAMILIES
from treatments.domain.spine import Laterality, Region
from treatments.forms.rulebook import LEVELS, near
from treatments.queries import rulebook as read

SEVERITIES = [one.value for one in Severity]


class RuleQuerySerializer(serializers.Serializer[Any]):
    """Which rules are wanted."""

    family = serializers.ChoiceField(required=False, choices=list(RULE_FAMILIES))
    is_on = serializers.BooleanField(required=False, allow_null=True, default=None)
    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")


class EditionSerializer(serializers.Serializer[Any]):
    """One version of a rule with its whole record. Shipped ones are signed by nobody."""

    version = serializers.IntegerField()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    is_on = serializers.BooleanField()
    is_shipped = serializers.BooleanField()
    is_offered = serializers.BooleanField()
    signed_by = serializers.IntegerField(source="signed_by_id", allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    filed_at = serializers.DateTimeField()
    record = serializers.JSONField()


class RuleNumberSerializer(serializers.Serializer[Any]):
    """A value that may be changed, by its path in the params; spans are ISO 8601, like P12M."""

    path = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.JSONField()


class RuleSerializer(serializers.Serializer[Any]):
    """A rule in force. `offered` is a newer shipped version that counts once it is taken over."""

    key = serializers.CharField(source="row.key")
    version = serializers.IntegerField(source="row.version")
    kind = serializers.CharField(source="rule.kind")
    family = serializers.ChoiceField(source="rule.family", choices=list(RULE_FAMILIES))
    severity = serializers.ChoiceField(source="row.severity", choices=SEVERITIES)
    is_on = serializers.BooleanField(source="row.is_on")
    message = serializers.CharField(source="rule.message")
    desk_message = serializers.CharField(source="rule.desk_message")
    signed_by = serializers.IntegerField(source="row.signed_by_id", allow_null=True)
    signed_at = serializers.DateTimeField(source="row.signed_at", allow_null=True)
    note = serializers.CharField(source="row.note")
    sleeps_without = serializers.CharField(
        help_text="The empty setting for want of which it is silent; empty if it is not."
    )
    offered = serializers.SerializerMethodField()
    numbers = serializers.SerializerMethodField()

    def get_offered(self, view: read.RuleView) -> int | None:
        """The version that waits, null if none does."""
        return view.offered.version if view.offered else None

    @extend_schema_field(RuleNumberSerializer(many=True))
    def get_numbers(self, view: read.RuleView) -> Any:
        """In the order of the record."""
        return RuleNumberSerializer(view.numbers, many=True).data


class RuleWithVersionsSerializer(RuleSerializer):
    """The same with every version, the newest first."""

    versions = EditionSerializer(many=True)


class RuleDraftSerializer(serializers.Serializer[Any]):
    """A rule as it is meant; what is left out stays. `numbers` are new values by path."""

    severity = serializers.ChoiceField(required=False, choices=SEVERITIES)
    is_on = serializers.BooleanField(required=False)
    numbers = serializers.DictField(child=serializers.CharField(max_length=20), required=False)


class RuleChangeSerializer(RuleDraftSerializer):
    """The same, and why, on whose word: it is signed by the sender."""

    note = serializers.CharField(min_length=5, max_length=500)


class TryQuerySerializer(serializers.Serializer[Any]):
    """On whom a rule is tried, for which treatment; without a day it is today."""

    patient = serializers.UUIDField()
    treatment = serializers.SlugField(max_length=60)
    region = serializers.ChoiceField(choices=[one.value for one in Region], required=False)
    levels = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(LEVELS)), required=False, max_length=30
    )
    side = serializers.ChoiceField(choices=[one.value for one in Laterality], required=False)
    drugs = serializers.ListField(
        child=serializers.SlugField(max_length=60), required=False, max_length=20
    )
    on = serializers.DateField(required=False)

    def validate_on(self, value: date) -> date:
        """A day that is not absurdly far away."""
        try:
            return near(value)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class TriedSerializer(serializers.Serializer[Any]):
    """Whether it fires, and whether all that it needs is known: nothing of the record is in it."""

    fires = serializers.BooleanField()
    is_certain = serializers.BooleanField()


def changed_record(record: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a rule with what a body asks for.

    Raises `ValidationError` for a number that the rule does not have, or that makes no sense.
    """
    told = asked.get("numbers", {})
    known = {number.path for number in numbers_of(record.get("params", {}))}
    if strange := sorted(set(told) - known):
        wrong = {path: ["The rule has no such number."] for path in strange}
        raise serializers.ValidationError({"numbers": wrong})
    kept = {name: asked[name] for name in ("severity", "is_on") if name in asked}
    changed = with_numbers(record, told) | kept
    try:
        rule_from(changed)
    except BadRule as bad:
        faults = {item.field.removeprefix("params."): [item.text] for item in bad.complaints}
        raise serializers.ValidationError({"numbers": faults}) from bad
    return changed
