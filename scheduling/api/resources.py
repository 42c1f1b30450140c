"""Clinicians, rooms and machines, and what they can do."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import PageQuerySerializer, paged
from scheduling.actions.resources import (
    ResourceDetails,
    add_resource,
    change_resource,
    make_capability,
    remove_capability,
    rename_capability,
    restore_resource,
    retire_resource,
)
from scheduling.api.setup import (
    IdField,
    StrandingSerializer,
    WouldStrandSerializer,
    accepted,
    created,
    pager,
    saved,
)
from scheduling.models import Resource, ResourceKind
from scheduling.queries import setup


class ResourceQuerySerializer(PageQuerySerializer):
    """Which resources are wanted, in which order."""

    site = IdField(required=False)
    kind = serializers.ChoiceField(choices=ResourceKind.choices, required=False)
    sort = serializers.ChoiceField(choices=["name", "-name", "id"], default="name")


class ResourceSerializer(serializers.Serializer[Any]):
    """Something that visits take up; `capabilities` are ids."""

    id = serializers.IntegerField()
    site = serializers.IntegerField(source="site_id")
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    name = serializers.CharField()
    user = serializers.IntegerField(source="user_id", allow_null=True)
    capabilities = serializers.SerializerMethodField()
    is_active = serializers.BooleanField()

    def get_capabilities(self, resource: Resource) -> list[int]:
        """The ids in order."""
        return sorted(row.pk for row in resource.capabilities.all())


class ResourceWriteSerializer(serializers.Serializer[Any]):
    """A resource to make."""

    site = IdField()
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    name = serializers.CharField(max_length=100)
    user = IdField(required=False, allow_null=True)
    capabilities = serializers.ListField(child=IdField(), max_length=100, default=list)


class ResourceChangeSerializer(StrandingSerializer):
    """What is to be different; the rest stays. Taking it out of use is DELETE."""

    name = serializers.CharField(max_length=100, required=False)
    user = IdField(required=False, allow_null=True)
    capabilities = serializers.ListField(child=IdField(), max_length=100, required=False)
    is_active = serializers.BooleanField(required=False)


class Resources(GuardedAPIView):
    """Clinicians, rooms and machines."""

    permissions: ClassVar = {"GET": "scheduling.find_slots", "POST": "scheduling.manage_setup"}

    @extend_schema(
        operation_id="resources_list",
        parameters=[ResourceQuerySerializer],
        responses=paged(ResourceSerializer),
    )
    def get(self, request: Request) -> Response:
        """Those of a site, of a kind, or of all of the caller's sites."""
        asked, user = validated_query(ResourceQuerySerializer, request), self.user(request)
        site = setup.known_site(user, asked["site"]) if "site" in asked else None
        pages = pager(request, asked)
        rows = setup.resources(user, site=site, kind=asked.get("kind", ""), page=pages)
        return pages.response(ResourceSerializer(rows, many=True).data)

    @extend_schema(
        request=ResourceWriteSerializer,
        responses={201: ResourceSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make one; a clinician has no hours before a week is entered."""
        asked, user = validated(ResourceWriteSerializer, request), self.user(request)
        made = add_resource(
            site=setup.access_site(user, asked["site"]),
            kind=ResourceKind(asked["kind"]),
            details=_details(user, asked, None),
            by=user,
            now=timezone.now(),
        )
        return created(request, ResourceSerializer(made).data)


class ResourceDetail(GuardedAPIView):
    """One of them."""

    permissions: ClassVar = {
        "GET": "scheduling.find_slots",
        "PATCH": "scheduling.manage_setup",
        "DELETE": "scheduling.manage_setup",
    }

    @extend_schema(responses=ResourceSerializer)
    def get(self, request: Request, resource_id: int) -> Response:
        """What it is, and what it can do."""
        found = setup.known_resource(self.user(request), resource_id)
        return answer_with_etag(request, ResourceSerializer(found).data)

    @extend_schema(
        request=ResourceChangeSerializer,
        responses={200: ResourceSerializer, 409: WouldStrandSerializer},
    )
    def patch(self, request: Request, resource_id: int) -> Response:
        """Change it; 409 with the visits if that strands some and nobody said that it may."""
        user, now = self.user(request), timezone.now()
        resource = setup.access_resource(user, resource_id)
        require_match(request, ResourceSerializer(resource).data)
        asked = validated(ResourceChangeSerializer, request)
        key, is_active = accepted(asked), asked.pop("is_active", None)
        details = _details(user, asked, resource)
        saved(change_resource(resource=resource, details=details, accepted=key, by=user, now=now))
        if is_active is False:
            saved(retire_resource(resource=resource, accepted=key, by=user, now=now))
        elif is_active:
            saved(restore_resource(resource=resource, by=user, now=now))
        changed = setup.access_resource(user, resource_id)
        return answer_with_etag(request, ResourceSerializer(changed).data)

    @extend_schema(
        parameters=[StrandingSerializer], responses={204: None, 409: WouldStrandSerializer}
    )
    def delete(self, request: Request, resource_id: int) -> Response:
        """Take it out of use: it is kept, and offered no more."""
        user = self.user(request)
        resource = setup.access_resource(user, resource_id)
        require_match(request, ResourceSerializer(resource).data)
        key = accepted(validated_query(StrandingSerializer, request))
        saved(retire_resource(resource=resource, accepted=key, by=user, now=timezone.now()))
        return Response(status=204)


class CapabilityQuerySerializer(PageQuerySerializer):
    """In which order capabilities are wanted."""

    sort = serializers.ChoiceField(choices=["name", "-name", "code"], default="name")


class CapabilitySerializer(serializers.Serializer[Any]):
    """Something a resource can do; its code never changes."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=100)


class CapabilityWriteSerializer(serializers.Serializer[Any]):
    """What it is called."""

    name = serializers.CharField(max_length=100)


class Capabilities(GuardedAPIView):
    """What resources can do."""

    permissions: ClassVar = {"GET": "scheduling.manage_setup", "POST": "scheduling.manage_setup"}

    @extend_schema(
        operation_id="capabilities_list",
        parameters=[CapabilityQuerySerializer],
        responses=paged(CapabilitySerializer),
    )
    def get(self, request: Request) -> Response:
        """All of them."""
        pages = pager(request, validated_query(CapabilityQuerySerializer, request))
        rows = setup.capabilities(self.user(request), pages)
        return pages.response(CapabilitySerializer(rows, many=True).data)

    @extend_schema(
        request=CapabilityWriteSerializer,
        responses={201: CapabilitySerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make one; its code is made from its name."""
        name = validated(CapabilityWriteSerializer, request)["name"]
        made = make_capability(name=name, by=self.user(request), now=timezone.now())
        return created(request, CapabilitySerializer(made).data)


class CapabilityDetail(GuardedAPIView):
    """One of them."""

    permissions: ClassVar = {
        "GET": "scheduling.manage_setup",
        "PATCH": "scheduling.manage_setup",
        "DELETE": "scheduling.manage_setup",
    }

    @extend_schema(responses=CapabilitySerializer)
    def get(self, request: Request, capability_id: int) -> Response:
        """Its name and code."""
        found = setup.access_capability(self.user(request), capability_id)
        return answer_with_etag(request, CapabilitySerializer(found).data)

    @extend_schema(
        request=CapabilityWriteSerializer,
        responses={200: CapabilitySerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, capability_id: int) -> Response:
        """Rename it."""
        user = self.user(request)
        found = setup.access_capability(user, capability_id)
        require_match(request, CapabilitySerializer(found).data)
        name = validated(CapabilityWriteSerializer, request)["name"]
        changed = rename_capability(capability=found, name=name, by=user, now=timezone.now())
        return answer_with_etag(request, CapabilitySerializer(changed).data)

    @extend_schema(responses={204: None, 409: ProblemSerializer})
    def delete(self, request: Request, capability_id: int) -> Response:
        """Take it away; 409 while anything has or needs it."""
        user = self.user(request)
        found = setup.access_capability(user, capability_id)
        require_match(request, CapabilitySerializer(found).data)
        remove_capability(capability=found, by=user, now=timezone.now())
        return Response(status=204)


def _details(user: User, asked: dict[str, Any], resource: Resource | None) -> ResourceDetails:
    """What was asked for; what was not said stays as it is."""
    person = resource.user if resource else None
    if "user" in asked:
        known = {found.pk: found for found in setup.possible_sign_ins(user, resource)}
        if asked["user"] is not None and asked["user"] not in known:
            raise NotFound
        person = known.get(asked["user"])
    if resource is None or "capabilities" in asked:
        able = setup.chosen_capabilities(user, asked["capabilities"])
    else:
        able = list(resource.capabilities.all())
    name = asked.get("name") or (resource.name if resource else "")
    return ResourceDetails(name, able, person)
