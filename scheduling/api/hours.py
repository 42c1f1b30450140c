"""Weekly hours, leave and holidays."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import validated, validated_query
from clinic.shared.errors import Invalid
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import PageQuerySerializer, paged
from scheduling.actions.hours import (
    Leave,
    Whose,
    add_leave,
    change_leave,
    remove_leave,
    set_week,
)
from scheduling.api.fields import DayField
from scheduling.api.setup import (
    IdField,
    StrandedVisitSerializer,
    StrandingSerializer,
    WouldStrandSerializer,
    accepted,
    created,
    pager,
    saved,
)
from scheduling.domain.week import Stretch
from scheduling.models import TimeOff
from scheduling.queries import setup

SETUP = "scheduling.manage_setup"


class WhoseQuerySerializer(PageQuerySerializer):
    """Whose hours are wanted: a resource's, or the site's own."""

    site = IdField()
    resource = IdField(required=False)


class HoursQuerySerializer(WhoseQuerySerializer):
    """The same, in an order."""

    sort = serializers.ChoiceField(choices=["weekday", "-weekday", "valid_from"], default="weekday")


class LeaveQuerySerializer(WhoseQuerySerializer):
    """The same, in an order."""

    sort = serializers.ChoiceField(choices=["during", "-during"], default="during")


class WorkingHoursSerializer(serializers.Serializer[Any]):
    """A stretch of a weekday (1 is Monday) by the wall clock; `valid_until` is its last day."""

    id = serializers.IntegerField()
    site = serializers.IntegerField(source="site_id")
    resource = serializers.IntegerField(source="resource_id", allow_null=True)
    weekday = serializers.IntegerField()
    opens = serializers.TimeField()
    closes = serializers.TimeField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)


class StretchSerializer(serializers.Serializer[Any]):
    """Open on a weekday (1 is Monday) from `opens` to `closes`."""

    weekday = serializers.IntegerField(min_value=1, max_value=7)
    opens = serializers.TimeField()
    closes = serializers.TimeField()


class WeekSerializer(StrandingSerializer):
    """A whole week that counts from one day through another (null: for good)."""

    site = IdField()
    resource = IdField(required=False, allow_null=True)
    from_date = DayField()
    until_date = DayField(required=False, allow_null=True)
    week = StretchSerializer(many=True)


class StrandedSerializer(serializers.Serializer[Any]):
    """What a change put on the worklist, and which held times can no longer be booked."""

    stranded = StrandedVisitSerializer(many=True)
    holds = StrandedVisitSerializer(many=True)


class WorkingHours(GuardedAPIView):
    """Weekly hours. A week is replaced as a whole; days it does not name stay as they are."""

    permissions: ClassVar = {"GET": SETUP, "POST": SETUP}

    @extend_schema(
        operation_id="working_hours_list",
        parameters=[HoursQuerySerializer],
        responses=paged(WorkingHoursSerializer),
    )
    def get(self, request: Request) -> Response:
        """The rows of a site or of a resource, past and coming."""
        asked, user = validated_query(HoursQuerySerializer, request), self.user(request)
        whose, pages = _whose(user, asked), pager(request, asked)
        rows = setup.working_hours(user, whose.site, whose.resource, pages)
        return pages.response(WorkingHoursSerializer(rows, many=True).data)

    @extend_schema(
        request=WeekSerializer, responses={201: StrandedSerializer, 409: WouldStrandSerializer}
    )
    def post(self, request: Request) -> Response:
        """Enter a week; 409 with the visits if that strands some and nobody said that it may."""
        asked, user = validated(WeekSerializer, request), self.user(request)
        outcome = set_week(
            whose=_whose(user, asked),
            week=[Stretch(**stretch) for stretch in asked["week"]],
            from_date=asked["from_date"],
            until_date=asked.get("until_date"),
            accepted=accepted(asked),
            by=user,
            now=timezone.now(),
        )
        stranded = StrandedVisitSerializer(saved(outcome).visits, many=True).data
        held = StrandedVisitSerializer(outcome.holds, many=True).data
        return Response({"stranded": stranded, "holds": held}, status=201)


class TimeOffSerializer(serializers.Serializer[Any]):
    """Leave of a resource, or (without one) a closure of the site: half-open instants."""

    id = serializers.IntegerField()
    site = serializers.IntegerField(source="site_id")
    resource = serializers.IntegerField(source="resource_id", allow_null=True)
    start_at = serializers.DateTimeField(source="during.lower")
    end_at = serializers.DateTimeField(source="during.upper")
    reason = serializers.CharField()


class LeaveChangeSerializer(StrandingSerializer):
    """Days, and maybe times on the first and the last of them, by the site's wall clock."""

    first_date = DayField()
    last_date = DayField()
    from_time = serializers.TimeField(required=False, allow_null=True)
    until_time = serializers.TimeField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LeaveSerializer(LeaveChangeSerializer):
    """Leave to enter."""

    site = IdField()
    resource = IdField(required=False, allow_null=True)


class TimeOffList(GuardedAPIView):
    """Leave and closures that are not over."""

    permissions: ClassVar = {"GET": SETUP, "POST": SETUP}

    @extend_schema(
        operation_id="time_off_list",
        parameters=[LeaveQuerySerializer],
        responses=paged(TimeOffSerializer),
    )
    def get(self, request: Request) -> Response:
        """Those of a resource, or of a site itself."""
        asked, user = validated_query(LeaveQuerySerializer, request), self.user(request)
        whose, pages = _whose(user, asked), pager(request, asked)
        rows = setup.time_off(user, whose.site, whose.resource, now=timezone.now(), page=pages)
        return pages.response(TimeOffSerializer(rows, many=True).data)

    @extend_schema(
        request=LeaveSerializer, responses={201: TimeOffSerializer, 409: WouldStrandSerializer}
    )
    def post(self, request: Request) -> Response:
        """Enter leave; 409 with the visits if that strands some and nobody said that it may."""
        asked, user, now = validated(LeaveSerializer, request), self.user(request), timezone.now()
        whose, key, leave = _whose(user, asked), accepted(asked), leave_of(asked)
        saved(add_leave(whose=whose, leave=leave, accepted=key, by=user, now=now))
        rows = setup.time_off(user, whose.site, whose.resource, now=now)
        made = next(row for row in rows if row.during == leave.during(whose.site))
        return created(request, TimeOffSerializer(made).data)


class TimeOffDetail(GuardedAPIView):
    """One leave or closure."""

    permissions: ClassVar = {"GET": SETUP, "PATCH": SETUP, "DELETE": SETUP}

    @extend_schema(responses=TimeOffSerializer)
    def get(self, request: Request, time_off_id: int) -> Response:
        """From when to when."""
        found = setup.access_time_off(self.user(request), time_off_id)
        return answer_with_etag(request, TimeOffSerializer(found).data)

    @extend_schema(
        request=LeaveChangeSerializer,
        responses={200: TimeOffSerializer, 409: WouldStrandSerializer},
    )
    def patch(self, request: Request, time_off_id: int) -> Response:
        """Give it other days; 409 with the visits if that strands some."""
        user = self.user(request)
        found = self._matched(request, user, time_off_id)
        asked = validated(LeaveChangeSerializer, request)
        key, leave = accepted(asked), leave_of(asked, found.reason)
        saved(change_leave(time_off=found, leave=leave, accepted=key, by=user, now=_now()))
        changed = setup.access_time_off(user, time_off_id)
        return answer_with_etag(request, TimeOffSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, time_off_id: int) -> Response:
        """Take it back."""
        user = self.user(request)
        remove_leave(time_off=self._matched(request, user, time_off_id), by=user, now=_now())
        return Response(status=204)

    def _matched(self, request: Request, user: User, time_off_id: int) -> TimeOff:
        found = setup.access_time_off(user, time_off_id)
        require_match(request, TimeOffSerializer(found).data)
        return found


def _now() -> datetime:
    return timezone.now()


def _whose(user: User, asked: dict[str, Any]) -> Whose:
    site, resource = setup.access_site(user, asked["site"]), None
    if asked.get("resource"):
        resource = setup.access_resource(user, asked["resource"])
        if resource.site_id != site.pk:
            raise Invalid(f"{resource} is not at {site}.")
    return Whose(site, resource)


def leave_of(asked: dict[str, Any], reason: str = "") -> Leave:
    """The leave that a body asks for; without a word for it, `reason` stays."""
    return Leave(
        asked["first_date"],
        asked["last_date"],
        asked.get("from_time"),
        asked.get("until_time"),
        asked.get("reason", reason),
    )
