"""Addresses with a secret: checking in, calendars, screens."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.addresses import public_address
from clinic.shared.api import ProblemSerializer, validated
from scheduling.actions.links import NewLink, open_display, revoke_link, share_calendar
from scheduling.queries import board, catalogue, check_in, links


class NothingSerializer(serializers.Serializer[Any]):
    """Nothing is asked for; whatever is sent is refused."""


class CheckInLinkSerializer(serializers.Serializer[Any]):
    """An address by which one visit checks in, for a quarter of an hour."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()


class LinkSerializer(serializers.Serializer[Any]):
    """An address that works; its secret is kept nowhere."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewLinkSerializer(LinkSerializer):
    """An address that was just made. `url` is told this once."""

    url = serializers.URLField()


class CheckInLinks(GuardedAPIView):
    """Checking in by phone."""

    permissions: ClassVar = {"POST": "scheduling.receive"}

    @extend_schema(request=None, responses={201: CheckInLinkSerializer, 409: ProblemSerializer})
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """A link for a visit of today; 409 if it has begun or is another day."""
        validated(NothingSerializer, request)
        user, now = self.user(request), timezone.now()
        appointment = board.access_appointment(user, appointment_id, now=now)
        link = check_in.visit_link(user, appointment, now=now)
        return Response(CheckInLinkSerializer(link).data, status=201)


class CalendarLinks(GuardedAPIView):
    """The addresses of one's own calendar."""

    permissions: ClassVar = {
        "GET": "scheduling.manage_own_hours",
        "POST": "scheduling.manage_own_hours",
    }

    @extend_schema(operation_id="calendar_links_list", responses=LinkSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that work, at most ten."""
        user = self.user(request)
        found = links.calendar_links(user)
        return Response(LinkSerializer(found, many=True).data)

    @extend_schema(request=None, responses={201: NewLinkSerializer})
    def post(self, request: Request) -> Response:
        """Make one."""
        validated(NothingSerializer, request)
        user = self.user(request)
        resource = links.own_calendar(user)
        made = share_calendar(resource=resource, by=user, now=timezone.now())
        return _new(made, "public:calendar")


class CalendarLinkDetail(GuardedAPIView):
    """One address of one's own calendar."""

    permissions: ClassVar = {"DELETE": "scheduling.manage_own_hours"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, calendar_id: int) -> Response:
        """Make it useless. There is nothing to overwrite, so no version is asked for."""
        return _revoked(request, self, calendar_id)


class Displays(GuardedAPIView):
    """The addresses of a site's screens."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.view_board"}

    @extend_schema(operation_id="displays_list", responses=LinkSerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """Those that work, at most ten."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        return Response(LinkSerializer(links.display_links(user, site), many=True).data)

    @extend_schema(request=None, responses={201: NewLinkSerializer})
    def post(self, request: Request, site_id: int) -> Response:
        """Make one."""
        validated(NothingSerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        made = open_display(site=site, by=user, now=timezone.now())
        return _new(made, "public:waiting")


class DisplayDetail(GuardedAPIView):
    """One address of a screen."""

    permissions: ClassVar = {"DELETE": "scheduling.view_board"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, display_id: int) -> Response:
        """Switch it off. There is nothing to overwrite, so no version is asked for."""
        return _revoked(request, self, display_id)


def _new(made: NewLink, url_name: str) -> Response:
    told = LinkSerializer(made.link).data | {"url": public_address(url_name, made.secret)}
    return Response(told, status=201)


def _revoked(request: Request, view: GuardedAPIView, link_id: int) -> Response:
    user = view.user(request)
    link = links.access_link(user, link_id)
    revoke_link(link=link, by=user, now=timezone.now())
    return Response(status=204)
