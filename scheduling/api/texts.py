"""Text messages that somebody has to answer."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.shared.api import validated, validated_query
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from scheduling.actions.text_answers import settle_text
from scheduling.queries import text_answers as lists
from treatments.api.course_fields import NothingSerializer


class TextQuerySerializer(PageQuerySerializer):
    """In which order they are wanted; dangers stand first in both."""

    sort = serializers.ChoiceField(choices=["asked_at", "-asked_at"], default="asked_at")


class WhoseNumberSerializer(serializers.Serializer[Any]):
    """Somebody whose number it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class TextSerializer(serializers.Serializer[Any]):
    """A text message that a person has to read: from whom, what it says, and why."""

    id = serializers.IntegerField(source="item.pk")
    from_phone = serializers.CharField(source="item.inbound.from_phone")
    text = serializers.CharField(source="item.inbound.text")
    received_at = serializers.DateTimeField(source="item.inbound.received_at")
    why = serializers.CharField(source="item.why")
    is_alarm = serializers.BooleanField(source="item.is_alarm")
    appointment = serializers.UUIDField(source="item.appointment_id", allow_null=True)
    people = WhoseNumberSerializer(many=True)


class Texts(GuardedAPIView):
    """What nobody has settled yet."""

    permissions: ClassVar = {"GET": lists.PERMISSION}

    @extend_schema(
        operation_id="texts_list", parameters=[TextQuerySerializer], responses=paged(TextSerializer)
    )
    def get(self, request: Request) -> Response:
        """What to answer: dangers first, then the oldest."""
        is_newest = validated_query(TextQuerySerializer, request)["sort"] == "-asked_at"
        order = "-stands_at" if is_newest else "stands_at"
        pages = CursorPager(request, ordering=(order, "pk"))
        entries = lists.texts_page(self.user(request), pages, newest_first=is_newest)
        return pages.response(TextSerializer(entries, many=True).data)


class TextDone(GuardedAPIView):
    """A text message that somebody has read and answered."""

    permissions: ClassVar = {"POST": lists.PERMISSION}

    @extend_schema(request=NothingSerializer, responses={200: NothingSerializer})
    def post(self, request: Request, text_id: int) -> Response:
        """It leaves the list; 404 if somebody settled it before."""
        user = self.user(request)
        text = lists.access_text(user, text_id)
        validated(NothingSerializer, request)
        settle_text(text=text, by=user, now=timezone.now())
        return Response({})
