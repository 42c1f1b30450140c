"""The catalogue and diagnosis codes."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from treatments.actions.entries import (
    EntryWords,
    add_entry,
    change_entry,
    restore_entry,
    retire_entry,
)
from treatments.models import CatalogueEntry, Section
from treatments.queries import catalogue as reading
from treatments.queries.diagnosis_codes import search

ORDER = ("section", "position", "name", "key")
_WORDS = ("kind", "name", "name_es", "plain", "plain_es", "details")


class CatalogueQuerySerializer(PageQuerySerializer):
    """Which entries are wanted; `retired` unsaid means those that are offered."""

    section = serializers.ChoiceField(choices=Section.choices, required=False)
    q = serializers.CharField(max_length=100, required=False, allow_blank=True)
    retired = serializers.BooleanField(required=False, default=False)


class CodeSerializer(serializers.Serializer[Any]):
    """A code that the clinic is licensed to use; `condition` says for which procedures."""

    system = serializers.CharField()
    code = serializers.CharField()
    display = serializers.CharField()
    condition = serializers.DictField(child=serializers.CharField())


class CatalogueEntrySerializer(serializers.Serializer[Any]):
    """An entry; `details` are particular to its section. Times are UTC."""

    key = serializers.CharField()
    section = serializers.ChoiceField(choices=Section.choices)
    kind = serializers.CharField()
    name = serializers.CharField()
    name_es = serializers.CharField()
    plain = serializers.CharField()
    plain_es = serializers.CharField()
    details = serializers.DictField()
    version = serializers.IntegerField()
    is_shipped = serializers.BooleanField()
    retired_at = serializers.DateTimeField(allow_null=True)


class CatalogueEntryWithCodesSerializer(CatalogueEntrySerializer):
    """An entry with the clinic's codes for it."""

    codes = CodeSerializer(many=True, source="codes.all")


class EntryChangeSerializer(serializers.Serializer[Any]):
    """What is to be different; the rest stays. `details` are replaced as a whole."""

    kind = serializers.CharField(max_length=40, required=False)
    name = serializers.CharField(max_length=120, required=False)
    name_es = serializers.CharField(max_length=120, required=False, allow_blank=True)
    plain = serializers.CharField(max_length=200, required=False)
    plain_es = serializers.CharField(max_length=200, required=False, allow_blank=True)
    details = serializers.DictField(required=False)
    is_retired = serializers.BooleanField(required=False)


class EntryWriteSerializer(EntryChangeSerializer):
    """An entry of the clinic's own; its key is made from its name."""

    section = serializers.ChoiceField(choices=Section.choices)
    kind = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    plain = serializers.CharField(max_length=200)
    is_retired = None  # type: ignore[assignment]


class DiagnosisQuerySerializer(serializers.Serializer[Any]):
    """The beginning of a code, or words in any order."""

    q = serializers.CharField(max_length=100)


class DiagnosisCodeSerializer(serializers.Serializer[Any]):
    """An ICD-10-CM code that says a diagnosis."""

    code = serializers.CharField()
    name = serializers.CharField()


class CatalogueEntries(GuardedAPIView):
    """What may be written down."""

    permissions: ClassVar = {"GET": reading.VIEW, "POST": reading.MANAGE}

    @extend_schema(
        operation_id="catalogue_entries_list",
        parameters=[CatalogueQuerySerializer],
        responses=paged(CatalogueEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        """Entries in the order of the catalogue."""
        asked = validated_query(CatalogueQuerySerializer, request)
        pages = CursorPager(request, ordering=ORDER)
        section = asked.get("section")
        rows = reading.entries(
            self.user(request),
            section=Section(section) if section else None,
            text=asked.get("q", ""),
            retired=asked["retired"],
            page=pages,
        )
        return pages.response(CatalogueEntrySerializer(rows, many=True).data)

    @extend_schema(
        request=EntryWriteSerializer,
        responses={201: CatalogueEntryWithCodesSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add one."""
        asked, user = validated(EntryWriteSerializer, request), self.user(request)
        section = Section(asked.pop("section"))
        made = add_entry(section=section, words=EntryWords(**asked), by=user, now=timezone.now())
        return answer_with_etag(request, _shown(user, made.pk), status=201)


class CatalogueEntryDetail(GuardedAPIView):
    """One entry."""

    permissions: ClassVar = {
        "GET": reading.VIEW,
        "PATCH": reading.MANAGE,
        "DELETE": reading.MANAGE,
    }

    @extend_schema(responses=CatalogueEntryWithCodesSerializer)
    def get(self, request: Request, key: str) -> Response:
        """What it says, and the clinic's codes for it."""
        return answer_with_etag(request, _shown(self.user(request), key))

    @extend_schema(
        request=EntryChangeSerializer,
        responses={200: CatalogueEntryWithCodesSerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change an entry of the clinic's own, or retire or bring back any."""
        user, now = self.user(request), timezone.now()
        row = reading.access_entry(user, key)
        require_match(request, CatalogueEntryWithCodesSerializer(row).data)
        asked = validated(EntryChangeSerializer, request)
        is_retired = asked.pop("is_retired", None)
        if asked:
            words = EntryWords(**{name: getattr(row, name) for name in _WORDS} | asked)
            change_entry(entry=row, words=words, version=row.version, by=user, now=now)
        if is_retired is not None:
            switch = retire_entry if is_retired else restore_entry
            switch(entry=row, by=user, now=now)
        return answer_with_etag(request, _shown(user, key))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Offer it no more; what was written with it stays."""
        user = self.user(request)
        row = reading.access_entry(user, key)
        require_match(request, CatalogueEntryWithCodesSerializer(row).data)
        retire_entry(entry=row, by=user, now=timezone.now())
        return Response(status=204)


class DiagnosisCodes(GuardedAPIView):
    """Diagnosis codes (ICD-10-CM)."""

    permissions: ClassVar = {"GET": "patients.view_chart"}

    @extend_schema(
        operation_id="diagnosis_codes_list",
        parameters=[DiagnosisQuerySerializer],
        responses=DiagnosisCodeSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """At most twenty that fit what was typed, best first."""
        asked = validated_query(DiagnosisQuerySerializer, request)
        found = search(self.user(request), asked["q"])
        return Response(DiagnosisCodeSerializer(found, many=True).data)


def _shown(user: User, key: str) -> Any:
    row: CatalogueEntry = reading.access_entry(user, key)
    return CatalogueEntryWithCodesSerializer(row).data
