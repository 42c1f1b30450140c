"""Days and instants in JSON: refused where they make no sense, never guessed."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.forms.fields import near_day, parse_instant
from treatments.domain.spine import Region


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[Any, Any, Any, Any]):
    """An ISO 8601 instant with its offset; a local time without one is refused, never guessed."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return parse_instant(data if isinstance(data, str) else "")
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class DayField(serializers.DateField):
    """A day, not absurdly far away."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return near_day(super().to_internal_value(value))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


def region_field() -> serializers.ChoiceField:
    """Which region a visit is for, where limits count by region and its type names none."""
    return serializers.ChoiceField(
        choices=[region.value for region in Region],
        required=False,
        allow_blank=True,
        help_text="Where limits count by region and the visit type names none.",
    )
