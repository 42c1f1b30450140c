"""What every endpoint about the setup shares."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.shared.api import ProblemSerializer
from clinic.shared.errors import Conflict
from clinic.shared.etags import answer_with_etag
from clinic.shared.paging import CursorPager
from scheduling.actions.stranding import WHATEVER, Outcome

LARGEST_ID = 2**31


class IdField(serializers.IntegerField):
    """The number of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class StrandedVisitSerializer(serializers.Serializer[Any]):
    """A coming visit, or a time that is held, that would no longer fit."""

    id = serializers.UUIDField()
    start_at = serializers.DateTimeField()


class WouldStrandSerializer(ProblemSerializer):
    """The refusal of a change that strands coming visits, or times that are held."""

    visits = StrandedVisitSerializer(many=True)
    holds = StrandedVisitSerializer(many=True, help_text="Held times that could not be booked.")


class WouldStrand(Conflict):
    """The change takes hours or abilities away from coming visits, and nobody said that it may."""

    code = "would_strand"
    title = "Coming visits would no longer fit"
    default_sentence = (
        "Coming visits or held times would no longer fit; nothing was changed. Send "
        "accept_stranded: true to put the visits on the worklist; what is held is then not booked."
    )


class StrandingSerializer(serializers.Serializer[Any]):
    """Whether visits that the change strands may go on the worklist; without it they stop it."""

    accept_stranded = serializers.BooleanField(required=False, default=False)


def accepted(asked: dict[str, Any]) -> str:
    """What the action is told about strandings; the field leaves what was asked."""
    return WHATEVER if asked.pop("accept_stranded", False) else ""


def saved(outcome: Outcome) -> Outcome:
    """The outcome of a change that was saved. Raises `WouldStrand` with the visits otherwise."""
    if not outcome.is_saved:
        told = StrandedVisitSerializer(outcome.visits, many=True).data
        held = StrandedVisitSerializer(outcome.holds, many=True).data
        raise WouldStrand(
            details={"visits": [dict(row) for row in told], "holds": [dict(row) for row in held]}
        )
    return outcome


def created(request: Request, data: Any) -> Response:
    """201 with the new thing and its version."""
    return answer_with_etag(request, data, status=201)


def pager(request: Request, asked: dict[str, Any], unique: str = "pk") -> CursorPager:
    """Pages in the order that was asked for, told apart by something unique."""
    return CursorPager(request, ordering=(asked["sort"], unique))
