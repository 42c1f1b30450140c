"""Special days of sites."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import PageQuerySerializer, paged
from scheduling.actions.holidays import (
    HolidayDetails,
    add_holiday,
    change_holiday,
    load_holidays,
    remove_holiday,
)
from scheduling.api.fields import DayField
from scheduling.api.setup import (
    IdField,
    StrandingSerializer,
    WouldStrandSerializer,
    accepted,
    created,
    pager,
    saved,
)
from scheduling.models import Holiday
from scheduling.queries import setup

SETUP = "scheduling.manage_setup"


class HolidayQuerySerializer(PageQuerySerializer):
    """Which special days are wanted, in which order."""

    site = IdField(required=False)
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    sort = serializers.ChoiceField(choices=["local_date", "-local_date"], default="local_date")


class HolidaySerializer(serializers.Serializer[Any]):
    """A day on which a site is closed, or open from `opens` to `closes` by its wall clock."""

    id = serializers.IntegerField()
    site = serializers.IntegerField(source="site_id")
    local_date = serializers.DateField()
    name = serializers.CharField()
    is_observed = serializers.BooleanField()
    opens = serializers.TimeField(allow_null=True)
    closes = serializers.TimeField(allow_null=True)


class HolidayChangeSerializer(StrandingSerializer):
    """What is to be different; the rest stays."""

    name = serializers.CharField(max_length=100, required=False)
    is_observed = serializers.BooleanField(required=False)
    opens = serializers.TimeField(required=False, allow_null=True)
    closes = serializers.TimeField(required=False, allow_null=True)


class HolidayWriteSerializer(HolidayChangeSerializer):
    """A day to enter."""

    site = IdField()
    local_date = DayField()
    name = serializers.CharField(max_length=100)


class Holidays(GuardedAPIView):
    """Special days."""

    permissions: ClassVar = {"GET": setup.LOOK, "POST": SETUP}

    @extend_schema(
        operation_id="holidays_list",
        parameters=[HolidayQuerySerializer],
        responses=paged(HolidaySerializer),
    )
    def get(self, request: Request) -> Response:
        """Those of a site or a year, or of all of the caller's sites."""
        asked, user = validated_query(HolidayQuerySerializer, request), self.user(request)
        site = setup.known_site(user, asked["site"]) if "site" in asked else None
        pages = pager(request, asked)
        rows = setup.holidays(user, site, year=asked.get("year"), page=pages)
        return pages.response(HolidaySerializer(rows, many=True).data)

    @extend_schema(
        request=HolidayWriteSerializer,
        responses={201: HolidaySerializer, 409: WouldStrandSerializer},
    )
    def post(self, request: Request) -> Response:
        """Enter a day; 409 with the visits if that strands some and nobody said that it may."""
        asked, user = validated(HolidayWriteSerializer, request), self.user(request)
        key, site = accepted(asked), setup.access_site(user, asked.pop("site"))
        day = asked.pop("local_date")
        outcome = add_holiday(
            site=site,
            local_date=day,
            details=HolidayDetails(**asked),
            accepted=key,
            by=user,
            now=timezone.now(),
        )
        saved(outcome)
        rows = setup.holidays(user, site, year=day.year)
        made = next(row for row in rows if row.local_date == day)
        return created(request, HolidaySerializer(made).data)


class HolidayYearSerializer(StrandingSerializer):
    """A year to take from the site's calendar."""

    year = serializers.IntegerField(min_value=2000, max_value=2100)


class HolidayYears(GuardedAPIView):
    """The holidays of the country (or state) that the site's calendar names."""

    permissions: ClassVar = {"POST": SETUP}

    @extend_schema(
        request=HolidayYearSerializer,
        responses={201: HolidaySerializer(many=True), 409: WouldStrandSerializer},
    )
    def post(self, request: Request, site_id: int) -> Response:
        """Load a year; days that are listed already stay as they are. Answers with the year."""
        asked, user = validated(HolidayYearSerializer, request), self.user(request)
        site, key, year = setup.access_site(user, site_id), accepted(asked), asked["year"]
        saved(load_holidays(site=site, year=year, accepted=key, by=user, now=timezone.now()))
        rows = setup.holidays(user, site, year=year)
        return Response(HolidaySerializer(rows, many=True).data, status=201)


class HolidayDetail(GuardedAPIView):
    """One special day."""

    permissions: ClassVar = {"GET": setup.LOOK, "PATCH": SETUP, "DELETE": SETUP}

    @extend_schema(responses=HolidaySerializer)
    def get(self, request: Request, holiday_id: int) -> Response:
        """What it is called, and which hours it keeps."""
        found = setup.known_holiday(self.user(request), holiday_id)
        return answer_with_etag(request, HolidaySerializer(found).data)

    @extend_schema(
        request=HolidayChangeSerializer,
        responses={200: HolidaySerializer, 409: WouldStrandSerializer},
    )
    def patch(self, request: Request, holiday_id: int) -> Response:
        """Change it; 409 with the visits if that strands some."""
        user = self.user(request)
        found = self._matched(request, user, holiday_id)
        asked = validated(HolidayChangeSerializer, request)
        key = accepted(asked)
        told = HolidayDetails(found.name, found.is_observed, found.opens, found.closes)
        details = HolidayDetails(**vars(told) | asked)
        saved(
            change_holiday(
                holiday=found, details=details, accepted=key, by=user, now=timezone.now()
            )
        )
        changed = setup.access_holiday(user, holiday_id)
        return answer_with_etag(request, HolidaySerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, holiday_id: int) -> Response:
        """Take the row away."""
        user = self.user(request)
        found = self._matched(request, user, holiday_id)
        remove_holiday(holiday=found, by=user, now=timezone.now())
        return Response(status=204)

    def _matched(self, request: Request, user: User, holiday_id: int) -> Holiday:
        found = setup.access_holiday(user, holiday_id)
        require_match(request, HolidaySerializer(found).data)
        return found
