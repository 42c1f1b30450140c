"""The diary of a diagnostic block: pain by the hours after it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated
from clinic.shared.etags import answer_with_etag, require_match
from treatments.actions.outcomes import record_diary
from treatments.domain.outcomes import DIARY_HOURS, line_name
from treatments.queries import scores as read

HOURS = {line_name(hour): hour for hour in DIARY_HOURS}


_PAIN = {"type": "integer", "minimum": 0, "maximum": 10, "nullable": True}


def _pain() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=10, allow_null=True, required=False)


@extend_schema_field({"type": "object", "properties": dict.fromkeys(HOURS, _PAIN)})
class EntriesField(serializers.DictField):
    """Pain from 0 to 10 by hours after the block; null where nobody has answered."""

    child = _pain()

    def to_internal_value(self, data: Any) -> dict[str, int | None]:
        """By the text of the hour. Raises `ValidationError` for an hour that no diary has."""
        told: dict[str, int | None] = super().to_internal_value(data)
        if strange := [text for text in told if text not in HOURS]:
            hours = ", ".join(HOURS)
            wrong = {text: [f"A diary has the hours {hours}."] for text in strange}
            raise serializers.ValidationError(wrong)
        return told


class DiaryResultSerializer(serializers.Serializer[Any]):
    """What the diary says. `is_responder` is null, with `why_not`, where it cannot tell.

    `peak_percent` is the most relief at any hour, `hours` how long at least 80 % held without a
    break, `ended_by` the hour at which it was gone, `fits_agent` whether that is as long as the
    anesthetic lasts.
    """

    peak_percent = serializers.DecimalField(
        source="peak.percent", max_digits=12, decimal_places=1, allow_null=True
    )
    hours = serializers.DecimalField(max_digits=4, decimal_places=1)
    ended_by = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    fits_agent = serializers.BooleanField(allow_null=True)
    is_responder = serializers.BooleanField(allow_null=True)
    why_not = serializers.CharField()


class DiarySerializer(serializers.Serializer[Any]):
    """The diary of one block; `agents` are the local anesthetics that were given."""

    procedure = serializers.IntegerField(source="procedure.pk")
    patient = serializers.UUIDField(source="patient.pk")
    instrument = serializers.IntegerField(source="instrument.pk")
    before = serializers.DecimalField(max_digits=8, decimal_places=3, allow_null=True)
    entries = serializers.SerializerMethodField()
    agents = serializers.ListField(child=serializers.CharField())
    result = DiaryResultSerializer()

    @extend_schema_field(EntriesField)
    def get_entries(self, diary: read.Diary) -> Mapping[str, int | None]:
        """Every hour, answered or not."""
        return {
            line_name(line.hours): None if line.score is None else int(line.score)
            for line in diary.lines
        }


class DiaryChangeSerializer(serializers.Serializer[Any]):
    """What is answered now. What is left out stays; null takes an answer back."""

    before = _pain()
    entries = EntriesField(required=False)


class ProcedureDiary(GuardedAPIView):
    """The diary of a block."""

    permissions: ClassVar = {
        "GET": "treatments.record_outcomes",
        "PATCH": "treatments.record_outcomes",
    }

    @extend_schema(operation_id="procedure_diaries_retrieve", responses=DiarySerializer)
    def get(self, request: Request, nerve_block_id: int) -> Response:
        """Empty or not; 404 for a procedure that has no diary."""
        return answer_with_etag(request, _shown(self.user(request), nerve_block_id))

    @extend_schema(
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)],
        request=DiaryChangeSerializer,
        responses={
            200: DiarySerializer,
            409: OpenApiResponse(ProblemSerializer, "Somebody has just written down this hour."),
            412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
            428: OpenApiResponse(ProblemSerializer, "No If-Match."),
        },
    )
    def patch(self, request: Request, nerve_block_id: int) -> Response:
        """Write down hours; one that said something else is voided and written anew."""
        user, now = self.user(request), timezone.now()
        diary = read.access_diary(user, nerve_block_id, now=now)
        asked = validated(DiaryChangeSerializer, request)
        require_match(request, DiarySerializer(diary).data)
        told: dict[str, int | None] = asked.get("entries", {})
        entries: dict[Decimal, int | None] = {HOURS[text]: pain for text, pain in told.items()}
        before = asked["before"] if "before" in asked else _whole(diary.before)
        record_diary(
            procedure=diary.procedure,
            instrument=diary.instrument,
            before=before,
            entries=entries,
            seen=diary.said,
            by=user,
            now=now,
        )
        return answer_with_etag(request, _shown(user, nerve_block_id))


def _shown(user: User, procedure_id: int) -> Any:
    diary = read.access_diary(user, procedure_id, now=timezone.now())
    return DiarySerializer(diary).data


def _whole(score: Decimal | None) -> int | None:
    return None if score is None else int(score)
