"""A clinician's own leave."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import validated
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag, require_match
from scheduling.actions.hours import Whose, add_leave, remove_leave
from scheduling.api.hours import LeaveChangeSerializer, TimeOffSerializer, leave_of
from scheduling.api.setup import WouldStrandSerializer, accepted, created, saved
from scheduling.models import Resource, TimeOff
from scheduling.queries import setup

OWN = "scheduling.manage_own_hours"


class OwnLeave(GuardedAPIView):
    """When I am away."""

    permissions: ClassVar = {"GET": OWN, "POST": OWN}

    @extend_schema(operation_id="own_leave_list", responses=TimeOffSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is not over; nothing for a sign-in without a calendar."""
        user = self.user(request)
        me = setup.own_resource(user)
        rows = setup.time_off(user, me.site, me, now=timezone.now()) if me else []
        return Response(TimeOffSerializer(rows, many=True).data)

    @extend_schema(
        request=LeaveChangeSerializer,
        responses={201: TimeOffSerializer, 409: WouldStrandSerializer},
    )
    def post(self, request: Request) -> Response:
        """Enter leave; 409 with the visits if that strands some and nobody said that it may."""
        asked, user, now = (
            validated(LeaveChangeSerializer, request),
            self.user(request),
            timezone.now(),
        )
        me = _me(user)
        key, leave = accepted(asked), leave_of(asked)
        saved(add_leave(whose=Whose(me.site, me), leave=leave, accepted=key, by=user, now=now))
        rows = setup.time_off(user, me.site, me, now=now)
        made = next(row for row in rows if row.during == leave.during(me.site))
        return created(request, TimeOffSerializer(made).data)


class OwnLeaveDetail(GuardedAPIView):
    """One stretch of it."""

    permissions: ClassVar = {"GET": OWN, "DELETE": OWN}

    @extend_schema(responses=TimeOffSerializer)
    def get(self, request: Request, time_off_id: int) -> Response:
        """From when to when."""
        found = self._own(self.user(request), time_off_id)
        return answer_with_etag(request, TimeOffSerializer(found).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, time_off_id: int) -> Response:
        """I am there after all; send the ETag that was read as If-Match."""
        user = self.user(request)
        found = self._own(user, time_off_id)
        require_match(request, TimeOffSerializer(found).data)
        remove_leave(time_off=found, by=user, now=timezone.now())
        return Response(status=204)

    def _own(self, user: User, time_off_id: int) -> TimeOff:
        found = setup.access_time_off(user, time_off_id)
        if found.resource_id != _me(user).pk:
            raise NotFound
        return found


def _me(user: User) -> Resource:
    me = setup.own_resource(user)
    if me is None:
        raise NotFound
    return me
