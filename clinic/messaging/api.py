"""The outbox by program: what was told to whom, and what to do about what was not."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.messaging.actions.outbox import give_up, try_again
from clinic.messaging.models import Channel, Message, MessageKind, MessageStatus
from clinic.messaging.queries import (
    WITHOUT_A_WORD,
    OutboxFilter,
    access_message,
    outbox_page,
)
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged

LOOK, DECIDE = "messaging.view_outbox", "messaging.manage_outbox"
WANTED = [*MessageStatus.choices, (WITHOUT_A_WORD, "Sent, and nobody has told what became of it")]


class OutboxQuerySerializer(PageQuerySerializer):
    """Which messages are wanted, in which order."""

    status = serializers.ChoiceField(choices=WANTED, required=False)
    kind = serializers.ChoiceField(choices=MessageKind.choices, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    sort = serializers.ChoiceField(choices=["created_at", "-created_at"], default="-created_at")


class MessageSerializer(serializers.Serializer[Any]):
    """A message and what became of it. Its words stay between its writer and whoever gets it.

    `is_without_a_word`: it was taken, and nobody has told what became of it; `reason` says so too.
    """

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    status = serializers.ChoiceField(choices=MessageStatus.choices)
    patient = serializers.UUIDField(source="patient_id", allow_null=True)
    to_name = serializers.CharField()
    to_address = serializers.CharField()
    reason = serializers.CharField(source="trouble")
    is_without_a_word = serializers.BooleanField()
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class NoWordsSerializer(serializers.Serializer[Any]):
    """A request that says all by its address."""


class Messages(GuardedAPIView):
    """What was told to whom."""

    permissions: ClassVar = {"GET": LOOK}

    @extend_schema(
        operation_id="messages_list",
        parameters=[OutboxQuerySerializer],
        responses=paged(MessageSerializer),
    )
    def get(self, request: Request) -> Response:
        """Every message, newest first."""
        asked = validated_query(OutboxQuerySerializer, request)
        pages = CursorPager(request, ordering=(asked["sort"], "pk"))
        wanted = OutboxFilter(
            asked.get("status", ""), asked.get("kind", ""), asked.get("channel", "")
        )
        rows = outbox_page(self.user(request), wanted, pages, now=timezone.now())
        return pages.response(MessageSerializer(rows, many=True).data)


class _Decision(GuardedAPIView):
    """What somebody decides about a message that did not go out."""

    permissions: ClassVar = {"POST": DECIDE}

    def decided(self, request: Request, message_id: int) -> Message:
        """The message in question, for whoever may decide."""
        found = access_message(self.user(request), message_id, now=timezone.now())
        validated(NoWordsSerializer, request)
        return found

    def answer(self, request: Request, message_id: int) -> Response:
        """The message as it stands now."""
        found = access_message(self.user(request), message_id, now=timezone.now())
        return Response(MessageSerializer(found).data)


class MessageAgain(_Decision):
    """A message that shall be sent once more."""

    @extend_schema(
        request=NoWordsSerializer, responses={200: MessageSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, message_id: int) -> Response:
        """Try it again; 409 for one that cannot be."""
        message = self.decided(request, message_id)
        try_again(message=message, by=self.user(request), now=timezone.now())
        return self.answer(request, message_id)


class MessageGivenUp(_Decision):
    """A message that need not be sent any more."""

    @extend_schema(
        request=NoWordsSerializer, responses={200: MessageSerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request, message_id: int) -> Response:
        """Give it up; 409 for one that went out."""
        message = self.decided(request, message_id)
        give_up(message=message, by=self.user(request), now=timezone.now())
        return self.answer(request, message_id)
