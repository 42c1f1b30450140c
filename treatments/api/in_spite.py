"""What a clinical rule refuses, and what somebody says to the rules, wherever they are asked."""

from typing import Any

from rest_framework import serializers

from clinic.shared.api import ProblemSerializer
from treatments.domain.rules.finding import Severity


class RuleRefusalSerializer(serializers.Serializer[Any]):
    """A rule that stops something: in clinical words for who reads the chart, else the desk's."""

    rule = serializers.CharField()
    version = serializers.IntegerField()
    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    message = serializers.CharField()


class RefusedByRulesSerializer(ProblemSerializer):
    """The refusal of a clinical rule (`code` is `not_allowed_by_rules`).

    `earliest` is the first day on which no rule stops it; null if waiting does not help. Whoever
    may (`treatments.override_rule`) sends the same again with an `override_reason`.
    """

    earliest = serializers.DateField(required=False, allow_null=True)
    findings = RuleRefusalSerializer(many=True, required=False)


class InSpiteSerializer(serializers.Serializer[Any]):
    """What somebody says to the clinical rules: why they go on, and what they have seen.

    `override_reason` needs `treatments.override_rule` and stays for ever; `seen` are the keys of
    rules whose warnings were read.
    """

    override_reason = serializers.CharField(required=False, max_length=500, allow_blank=True)
    seen = serializers.ListField(
        child=serializers.SlugField(max_length=80), required=False, max_length=60
    )


def said_to_rules(asked: dict[str, Any]) -> dict[str, Any]:
    """The two fields as actions take them; they are taken out of `asked`."""
    return {
        "override_reason": asked.pop("override_reason", ""),
        "seen": frozenset(asked.pop("seen", ())),
    }
