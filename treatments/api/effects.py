"""What helped: one person, and the clinic without names. And what went wrong, counted."""

from datetime import date
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated_query
from patients.queries import access_chart
from treatments.forms.adverse_events import PeriodForm
from treatments.queries.effects import clinic_effects, effects_for
from treatments.queries.event_report import event_report

NUMBERS = "treatments.view_effects"


class OfOnePersonSerializer(serializers.Serializer[Any]):
    """Whose."""

    patient = serializers.UUIDField()


class PeriodSerializer(serializers.Serializer[Any]):
    """From which day to which, at most three years; the last year unless said otherwise."""

    first_date = serializers.DateField(required=False)
    last_date = serializers.DateField(required=False)


class EffectSerializer(serializers.Serializer[Any]):
    """What one treatment did for one person.

    `best_percent` is the most relief after any of the times, null with `why_not`; `days` how long
    relief of at least half was seen to hold, and `holds_still` whether it held at the last score.
    Both are measured on `instrument`. With `by_diary` that is the diary of a diagnostic block.
    """

    treatment = serializers.CharField(source="key")
    name = serializers.CharField()
    times = serializers.IntegerField()
    last_at = serializers.DateTimeField()
    best_percent = serializers.DecimalField(
        source="best.percent", max_digits=12, decimal_places=1, allow_null=True
    )
    why_not = serializers.CharField(source="best.why_not")
    days = serializers.IntegerField(allow_null=True)
    held = serializers.CharField()
    holds_still = serializers.BooleanField()
    instrument = serializers.CharField()
    wants_again = serializers.BooleanField(allow_null=True)
    by_diary = serializers.BooleanField()
    stopped = serializers.IntegerField()
    elsewhere = serializers.IntegerField()


class FigureSerializer(serializers.Serializer[Any]):
    """A figure about several people; all of it is null where it would speak of too few."""

    count = serializers.IntegerField(allow_null=True)
    median_percent = serializers.DecimalField(
        source="median", max_digits=10, decimal_places=1, allow_null=True
    )
    helped_percent = serializers.DecimalField(
        source="share", max_digits=10, decimal_places=1, allow_null=True
    )


class ClinicEffectSerializer(serializers.Serializer[Any]):
    """What one treatment did for everybody, without names; null where it would be too few."""

    treatment = serializers.CharField(source="key")
    name = serializers.CharField()
    times = serializers.IntegerField(allow_null=True)
    two_weeks = FigureSerializer()
    three_months = FigureSerializer()


class CountSerializer(serializers.Serializer[Any]):
    """How often, how many were serious, and per 1,000 procedures (null if there were none).

    To whoever may not open charts, what would be a count from 1 to 4 is null.
    """

    name = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    serious = serializers.IntegerField(allow_null=True)
    per_thousand = serializers.DecimalField(max_digits=10, decimal_places=1, allow_null=True)


class EventReportSerializer(serializers.Serializer[Any]):
    """The adverse events of a period, counted three ways; rates are based on `procedures`.

    `apart` are those that are in no other figure: not related, allergic, or another clinic's.
    """

    procedures = serializers.IntegerField()
    whole = CountSerializer()
    by_risk = CountSerializer(many=True)
    by_grade = CountSerializer(many=True)
    by_treatment = CountSerializer(many=True)
    apart = CountSerializer(many=True)


class Effects(GuardedAPIView):
    """What was tried on somebody, and how much it helped."""

    permissions: ClassVar = {"GET": "patients.view_chart"}

    @extend_schema(
        operation_id="effects_list",
        parameters=[OfOnePersonSerializer],
        responses=EffectSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of one person: what helped most first."""
        asked = validated_query(OfOnePersonSerializer, request)
        user, now = self.user(request), timezone.now()
        patient = access_chart(user, asked["patient"], now=now)
        found = effects_for(user, patient, zone=timezone.get_current_timezone(), now=now)
        return Response(EffectSerializer(found, many=True).data)


class ClinicEffects(GuardedAPIView):
    """How much each treatment helped in this clinic."""

    permissions: ClassVar = {"GET": NUMBERS}

    @extend_schema(
        operation_id="clinic_effects_list",
        parameters=[PeriodSerializer],
        responses=ClinicEffectSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Two weeks and three months after the procedures of these days, without names."""
        first, last = _days(request)
        found = clinic_effects(self.user(request), first_date=first, last_date=last)
        return Response(ClinicEffectSerializer(found, many=True).data)


class AdverseEventReport(GuardedAPIView):
    """What went wrong, counted."""

    permissions: ClassVar = {"GET": NUMBERS}

    @extend_schema(
        operation_id="adverse_event_reports_retrieve",
        parameters=[PeriodSerializer],
        responses=EventReportSerializer,
    )
    def get(self, request: Request) -> Response:
        """The events that began on these days by risk, grade and treatment: counts only."""
        first, last = _days(request)
        found = event_report(self.user(request), first_date=first, last_date=last)
        return Response(EventReportSerializer(found).data)


def _days(request: Request) -> tuple[date, date]:
    asked = validated_query(PeriodSerializer, request)
    form = PeriodForm(asked)
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [str(one) for one in told] for name, told in form.errors.items()}
        )
    return form.days(timezone.localdate())
