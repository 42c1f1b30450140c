"""How the work stands that happens by itself, for programs that watch it."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.messaging.actions.operating import pause_kind, resume_kind
from clinic.shared.api import validated
from clinic.shared.errors import NotFound
from scheduling.forms.background import ResumeForm
from scheduling.queries import background as read


class BackgroundQueueSerializer(serializers.Serializer[Any]):
    """A queue: what waits, for how long, and whether that is longer than promised."""

    name = serializers.CharField()
    waiting = serializers.IntegerField()
    oldest_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()


class ProcessSerializer(serializers.Serializer[Any]):
    """A process, and when it was last seen at work."""

    name = serializers.CharField(source="process")
    seen_at = serializers.DateTimeField(allow_null=True)
    is_silent = serializers.BooleanField()


class PausedKindSerializer(serializers.Serializer[Any]):
    """A kind of message that waits, and why."""

    kind = serializers.CharField(read_only=True)
    reason = serializers.CharField(max_length=200)
    paused_at = serializers.DateTimeField(read_only=True)


class BackgroundSerializer(serializers.Serializer[Any]):
    """All of it."""

    queues = BackgroundQueueSerializer(many=True)
    processes = ProcessSerializer(many=True)
    paused = PausedKindSerializer(many=True)


class Background(GuardedAPIView):
    """What waits, what is paused and who is alive."""

    permissions: ClassVar = {"GET": "messaging.operate"}

    @extend_schema(responses=BackgroundSerializer)
    def get(self, request: Request) -> Response:
        """No person is in it."""
        user, now = self.user(request), timezone.now()
        told = {
            "queues": read.queues(user, now=now),
            "processes": read.processes(user, now=now),
            "paused": read.paused_kinds(user),
        }
        return Response(BackgroundSerializer(told).data)


class PausedKinds(GuardedAPIView):
    """One kind of message: PUT lets it wait, DELETE lets it go out again."""

    permissions: ClassVar = {"PUT": "messaging.operate", "DELETE": "messaging.operate"}

    @extend_schema(request=PausedKindSerializer, responses={201: PausedKindSerializer})
    def put(self, request: Request, kind: str) -> Response:
        """Say why."""
        wish = validated(PausedKindSerializer, request)
        row = pause_kind(
            kind=_known(kind), reason=wish["reason"], by=self.user(request), now=timezone.now()
        )
        return Response(PausedKindSerializer(row).data, status=201)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, kind: str) -> Response:
        """What waits goes out, but for what is of no use any more."""
        resume_kind(kind=_known(kind), by=self.user(request), now=timezone.now())
        return Response(status=204)


def _known(kind: str) -> str:
    if not ResumeForm({"kind": kind}).is_valid():
        raise NotFound
    return kind
