"""Sites."""

from dataclasses import asdict, fields
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import PageQuerySerializer, paged
from scheduling.actions.sites import SiteDetails, change_site, open_site
from scheduling.api.setup import created, pager
from scheduling.models import Site
from scheduling.queries import catalogue, setup


class SiteQuerySerializer(PageQuerySerializer):
    """In which order sites are wanted."""

    sort = serializers.ChoiceField(choices=["id", "name", "-name"], default="id")


class SiteSerializer(serializers.Serializer[Any]):
    """A place, with the clock on its wall."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    time_zone = serializers.CharField(max_length=64)
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    on_call_email = serializers.EmailField(allow_blank=True, default="")
    address = serializers.CharField(max_length=300, allow_blank=True, default="")
    holiday_calendar = serializers.CharField(max_length=12, allow_blank=True, default="")
    no_show_after_minutes = serializers.IntegerField(min_value=5, max_value=240, default=15)
    cancel_notice_hours = serializers.IntegerField(min_value=0, max_value=336, default=24)
    most_online_visits = serializers.IntegerField(
        min_value=0, max_value=50, default=3, help_text="That one person books by themself."
    )
    directions_en = serializers.CharField(max_length=500, allow_blank=True, default="")
    directions_es = serializers.CharField(max_length=500, allow_blank=True, default="")
    answer_within_days = serializers.IntegerField(min_value=1, max_value=10, default=2)
    is_active = serializers.BooleanField(
        read_only=True, help_text="Nothing is booked at a site that is out of use."
    )


class SiteWriteSerializer(SiteSerializer):
    """A site to make."""

    id = None  # type: ignore[assignment]
    is_active = None  # type: ignore[assignment]


class SiteChangeSerializer(serializers.Serializer[Any]):
    """What is to be different about a site; the rest stays."""

    name = serializers.CharField(max_length=100, required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    phone = serializers.CharField(max_length=40, allow_blank=True, required=False)
    on_call_email = serializers.EmailField(allow_blank=True, required=False)
    address = serializers.CharField(max_length=300, allow_blank=True, required=False)
    holiday_calendar = serializers.CharField(max_length=12, allow_blank=True, required=False)
    no_show_after_minutes = serializers.IntegerField(min_value=5, max_value=240, required=False)
    cancel_notice_hours = serializers.IntegerField(min_value=0, max_value=336, required=False)
    most_online_visits = serializers.IntegerField(min_value=0, max_value=50, required=False)
    directions_en = serializers.CharField(max_length=500, allow_blank=True, required=False)
    directions_es = serializers.CharField(max_length=500, allow_blank=True, required=False)
    answer_within_days = serializers.IntegerField(min_value=1, max_value=10, required=False)
    is_active = serializers.BooleanField(required=False)


class Sites(GuardedAPIView):
    """Where the clinic works."""

    permissions: ClassVar = {"GET": "scheduling.find_slots", "POST": "scheduling.manage_setup"}

    @extend_schema(
        operation_id="sites_list", parameters=[SiteQuerySerializer], responses=paged(SiteSerializer)
    )
    def get(self, request: Request) -> Response:
        """Every site that one may see."""
        pages = pager(request, validated_query(SiteQuerySerializer, request))
        rows = setup.bookable_sites(self.user(request), pages)
        return pages.response(SiteSerializer(rows, many=True).data)

    @extend_schema(
        request=SiteWriteSerializer, responses={201: SiteSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a site and its team."""
        details = SiteDetails(**validated(SiteWriteSerializer, request))
        site = open_site(details=details, by=self.user(request), now=timezone.now())
        return created(request, SiteSerializer(site).data)


class SiteDetail(GuardedAPIView):
    """One site."""

    permissions: ClassVar = {"GET": "scheduling.find_slots", "PATCH": "scheduling.manage_setup"}

    @extend_schema(responses=SiteSerializer)
    def get(self, request: Request, site_id: int) -> Response:
        """What it is called, and where it is."""
        site = catalogue.access_site(self.user(request), site_id)
        return answer_with_etag(request, SiteSerializer(site).data)

    @extend_schema(
        request=SiteChangeSerializer, responses={200: SiteSerializer, 409: ProblemSerializer}
    )
    def patch(self, request: Request, site_id: int) -> Response:
        """Change it; its time zone, and whether it is in use, only while nothing lies ahead."""
        user, now = self.user(request), timezone.now()
        site = setup.access_site(user, site_id)
        require_match(request, SiteSerializer(site).data)
        asked = validated(SiteChangeSerializer, request)
        is_active = asked.pop("is_active", site.is_active)
        details = SiteDetails(**asdict(_details(site)) | asked)
        changed = change_site(site=site, details=details, is_active=is_active, by=user, now=now)
        return answer_with_etag(request, SiteSerializer(changed).data)


def _details(site: Site) -> SiteDetails:
    return SiteDetails(**{field.name: getattr(site, field.name) for field in fields(SiteDetails)})
