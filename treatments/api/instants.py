"""Instants in JSON: with their offset, or refused."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.DATETIME)
class RecordedInstantField(serializers.Field[Any, Any, Any, Any]):
    """An ISO 8601 instant with its offset, from 1900 on; a local time is refused, never guessed."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            # Python's own reader stops at a NUL character and takes what stood before it.
            known = isinstance(data, str) and data.isprintable()
            instant = parse_datetime(data) if known else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None or not 1900 < instant.year < 2200:
            raise serializers.ValidationError(
                "Give an instant with its offset from UTC, such as 2026-11-21T09:20:00-05:00."
            )
        return instant

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()
