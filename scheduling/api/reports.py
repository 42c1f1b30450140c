"""How the clinic is used."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated_query
from clinic.shared.errors import NotFound
from scheduling.api.fields import DayField
from scheduling.api.setup import IdField
from scheduling.queries import reports as figures

USUAL = timedelta(days=29)


class ReportQuerySerializer(serializers.Serializer[Any]):
    """Which local days at a site are meant; without any, the last thirty."""

    site = IdField(required=False)
    first_date = DayField(required=False)
    last_date = DayField(required=False)


class ReportSerializer(serializers.Serializer[Any]):
    """A table: its meaning, its columns, and its rows in the order of the columns."""

    name = serializers.CharField()
    title = serializers.CharField()
    explanation = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.JSONField()))


class Report(GuardedAPIView):
    """One of the reports: utilisation, outcomes, lead-times, waits, refilled, no-shows."""

    permissions: ClassVar = {"GET": "scheduling.view_reports"}

    @extend_schema(parameters=[ReportQuerySerializer], responses=ReportSerializer)
    def get(self, request: Request, report: str) -> Response:
        """Its figures, without any person in them."""
        asked, user, now = (
            validated_query(ReportQuerySerializer, request),
            self.user(request),
            timezone.now(),
        )
        sites = [s for s in figures.sites(user) if asked.get("site") in (None, s.pk)]
        if report not in figures.REPORTS or not sites:
            raise NotFound
        last = asked.get("last_date") or now.astimezone(sites[0].zone).date()
        first = asked.get("first_date") or last - USUAL
        period = figures.Period(sites[0], first, last)
        found = figures.report(user, report, period, now=now)
        return Response(
            {
                "name": found.name,
                "title": found.title,
                "explanation": found.explanation,
                "columns": found.columns,
                "rows": [list(row.cells) for row in found.rows],
            }
        )
