"""What every endpoint shares: a parser that cannot be overrun, paging, and the schema's errors."""

from collections.abc import Mapping
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from rest_framework import pagination, serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

S = TypeVar("S", bound=serializers.BaseSerializer[Any])


class BoundedJSONParser(JSONParser):
    """JSON that is nested absurdly deep is a bad request, not a broken server."""

    strict = True

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None


class BoundedCursor(pagination.CursorPagination):
    """Pages by position, so that rows added meanwhile neither repeat nor vanish."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "id"


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what every refusal looks like."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for the person.")
    code = serializers.CharField(help_text="Stable and machine-readable.")


class ProblemAwareSchema(AutoSchema):
    """Adds to every operation the refusals that every endpoint can answer with."""

    COMMON = ("400", "401", "403", "404")

    def get_response_serializers(self) -> Any:
        answers: Any = super().get_response_serializers()
        if not isinstance(answers, dict):
            success = "201" if self.method == "POST" else "200"
            answers = {success: answers}
        problem: dict[Any, Any] = {
            (code, "application/problem+json"): ProblemSerializer for code in self.COMMON
        }
        return problem | answers


def validated(serializer: type[S], request: Request) -> Any:
    """The request's body through an allow-list of fields; anything unknown is refused.

    Raises `rest_framework.exceptions.ValidationError` with an entry per wrong field.
    """
    return _checked(serializer, request.data)


def validated_query(serializer: type[S], request: Request) -> Any:
    """The query string through an allow-list of parameters; an unknown one is refused."""
    return _checked(serializer, request.query_params)


def _checked(serializer: type[S], data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise serializers.ValidationError({"body": ["Send a JSON object."]})
    checked = serializer(data=data)
    known = {name for name, field in checked.fields.items() if not field.read_only}  # type: ignore[attr-defined]
    unknown = sorted(set(data) - known)
    if unknown:
        raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
    checked.is_valid(raise_exception=True)
    return checked.validated_data
