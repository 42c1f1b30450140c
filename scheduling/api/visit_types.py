"""What can be booked."""

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
from scheduling.actions.visit_types import (
    Need,
    VisitTypeDetails,
    change_visit_type,
    make_visit_type,
    restore_visit_type,
    retire_visit_type,
)
from scheduling.api.setup import created, pager
from scheduling.models import ResourceKind, VisitType
from scheduling.queries import setup
from treatments.domain.spine import Region

_FIELDS = list(VisitTypeDetails.__dataclass_fields__)


class VisitTypeQuerySerializer(PageQuerySerializer):
    """In which order kinds of visits are wanted."""

    sort = serializers.ChoiceField(choices=["rank", "name", "-name", "code"], default="rank")


class PartSerializer(serializers.Serializer[Any]):
    """A stretch of a visit in which a resource is taken (minutes; null: to the end)."""

    offset_minutes = serializers.IntegerField(min_value=0, max_value=720)
    duration_minutes = serializers.IntegerField(
        min_value=1, max_value=720, allow_null=True, default=None
    )


class NeedSerializer(serializers.Serializer[Any]):
    """One thing a visit takes up; `capability` is a code, or null for any."""

    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    capability = serializers.SlugField(
        source="capability.code", max_length=50, allow_null=True, default=None
    )
    count = serializers.IntegerField(min_value=1, max_value=10, default=1)
    buffer_before_minutes = serializers.IntegerField(min_value=0, max_value=240, default=0)
    buffer_after_minutes = serializers.IntegerField(min_value=0, max_value=240, default=0)
    parts = PartSerializer(many=True, required=False)


class VisitTypeSerializer(serializers.Serializer[Any]):
    """What can be booked; lengths are minutes."""

    code = serializers.CharField()
    name = serializers.CharField()
    public_name = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    alignment_minutes = serializers.IntegerField()
    notice_minutes = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    capacity = serializers.IntegerField()
    rank = serializers.IntegerField()
    treatment = serializers.CharField(source="treatment_id", allow_null=True)
    region = serializers.CharField()
    needs_fasting = serializers.BooleanField()
    needs_driver = serializers.BooleanField()
    preparation_en = serializers.CharField()
    preparation_es = serializers.CharField()
    public_name_es = serializers.CharField()
    is_bookable_online = serializers.BooleanField()
    is_active = serializers.BooleanField()
    needs = NeedSerializer(many=True)


class VisitTypeChangeSerializer(serializers.Serializer[Any]):
    """What is to be different; the rest stays. `needs` are replaced as a whole."""

    name = serializers.CharField(max_length=100, required=False)
    public_name = serializers.CharField(max_length=100, required=False)
    duration_minutes = serializers.IntegerField(min_value=5, max_value=720, required=False)
    alignment_minutes = serializers.ChoiceField(choices=[5, 10, 15, 20, 30, 60], required=False)
    notice_minutes = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    horizon_days = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    capacity = serializers.IntegerField(min_value=1, max_value=50, required=False)
    rank = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    treatment = serializers.SlugField(
        source="treatment_id",
        max_length=60,
        required=False,
        allow_null=True,
        help_text="What is done, by its key in the catalogue: limits are asked about it.",
    )
    region = serializers.ChoiceField(choices=list(Region), required=False, allow_blank=True)
    needs_fasting = serializers.BooleanField(required=False)
    needs_driver = serializers.BooleanField(required=False)
    preparation_en = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    preparation_es = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    public_name_es = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_bookable_online = serializers.BooleanField(
        required=False, help_text="People book it by themselves in the portal."
    )
    is_active = serializers.BooleanField(required=False)
    needs = NeedSerializer(many=True, required=False)


class VisitTypeWriteSerializer(VisitTypeChangeSerializer):
    """A kind of visit to make; its code is made from its name."""

    name = serializers.CharField(max_length=100)
    public_name = serializers.CharField(max_length=100)
    duration_minutes = serializers.IntegerField(min_value=5, max_value=720)
    is_active = None  # type: ignore[assignment]
    needs = NeedSerializer(many=True)


class VisitTypes(GuardedAPIView):
    """What can be booked."""

    permissions: ClassVar = {"GET": "scheduling.find_slots", "POST": "scheduling.manage_setup"}

    @extend_schema(
        operation_id="visit_types_list",
        parameters=[VisitTypeQuerySerializer],
        responses=paged(VisitTypeSerializer),
    )
    def get(self, request: Request) -> Response:
        """Every kind of visit that is offered, most usual first."""
        pages = pager(request, validated_query(VisitTypeQuerySerializer, request))
        kinds = setup.bookable_visit_types(self.user(request), pages)
        return pages.response(VisitTypeSerializer(kinds, many=True).data)

    @extend_schema(
        request=VisitTypeWriteSerializer,
        responses={201: VisitTypeSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make one."""
        asked, user = validated(VisitTypeWriteSerializer, request), self.user(request)
        needs = _needs(user, asked.pop("needs"))
        details = VisitTypeDetails(**asked)
        made = make_visit_type(details=details, needs=needs, by=user, now=timezone.now())
        return created(request, _shown(user, made))


class VisitTypeDetail(GuardedAPIView):
    """One kind of visit."""

    permissions: ClassVar = {
        "GET": "scheduling.find_slots",
        "PATCH": "scheduling.manage_setup",
        "DELETE": "scheduling.manage_setup",
    }

    @extend_schema(responses=VisitTypeSerializer)
    def get(self, request: Request, code: str) -> Response:
        """How long it is, and what it takes up."""
        user = self.user(request)
        kind = setup.known_visit_type(user, code)
        return answer_with_etag(request, VisitTypeSerializer(kind).data)

    @extend_schema(
        request=VisitTypeChangeSerializer,
        responses={200: VisitTypeSerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change what is booked from now on."""
        user, now = self.user(request), timezone.now()
        kind = setup.access_visit_type(user, code)
        shown = _shown(user, kind)
        require_match(request, shown)
        asked = validated(VisitTypeChangeSerializer, request)
        is_active = asked.pop("is_active", kind.is_active)
        needs = _needs(user, asked.pop("needs")) if "needs" in asked else _present(kind)
        details = VisitTypeDetails(**{name: getattr(kind, name) for name in _FIELDS} | asked)
        change_visit_type(visit_type=kind, details=details, needs=needs, by=user, now=now)
        switch = restore_visit_type if is_active else retire_visit_type
        switch(visit_type=kind, by=user, now=now)
        return answer_with_etag(request, _shown(user, kind))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """Offer it no more; what is booked stays."""
        user = self.user(request)
        kind = setup.access_visit_type(user, code)
        require_match(request, _shown(user, kind))
        retire_visit_type(visit_type=kind, by=user, now=timezone.now())
        return Response(status=204)


def _shown(user: User, kind: VisitType) -> Any:
    return VisitTypeSerializer(setup.access_visit_type(user, kind.code)).data


def _needs(user: User, asked: list[dict[str, Any]]) -> list[Need]:
    by_code = {row.code: row for row in setup.capabilities(user)}
    needs = []
    for wish in asked:
        code = (wish.pop("capability", None) or {}).get("code")
        if code is not None and code not in by_code:
            raise NotFound(f"There is no capability “{code}”.")
        parts = [
            (part["offset_minutes"], part["duration_minutes"]) for part in wish.pop("parts", [])
        ]
        wish["kind"] = ResourceKind(wish["kind"])
        needs.append(Need(capability=by_code.get(code or ""), parts=parts, **wish))
    return needs


def _present(kind: VisitType) -> list[Need]:
    return [
        Need(
            kind=ResourceKind(row.kind),
            capability=row.capability,
            count=row.count,
            buffer_before_minutes=row.buffer_before_minutes,
            buffer_after_minutes=row.buffer_after_minutes,
            parts=[(part.offset_minutes, part.duration_minutes) for part in row.parts.all()],
        )
        for row in kind.needs.all()
    ]
