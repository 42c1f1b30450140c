"""What every endpoint shares: checked input, and refusals in the schema."""

from collections.abc import Mapping
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.request import Request

S = TypeVar("S", bound=serializers.BaseSerializer[Any])


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
            answers = {"200": answers}
        problems: dict[Any, Any] = {
            (code, "application/problem+json"): ProblemSerializer for code in self.COMMON
        }
        return problems | answers


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
    checked = _built(serializer)
    refuse_unknown(checked, data)
    return checked.run_validation(data)


def refuse_unknown(checked: Any, data: Any) -> None:
    """Refuse what a serializer has no field for, however deep it stands in the body.

    Raises `rest_framework.exceptions.ValidationError`, shaped like the body, naming each.
    """
    if found := _unknown(checked, data):
        raise serializers.ValidationError(found)


def _unknown(field: Any, data: Any) -> Any:
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        rows = data if isinstance(data, list) else []
        told = [_unknown(field.child, row) for row in rows]
        return told if any(told) else {}
    if not isinstance(field, serializers.Serializer) or not isinstance(data, Mapping):
        return {}
    strange = sorted(str(name) for name in data if name not in field.fields)
    deeper = {
        name: _unknown(field.fields[name], data[name]) for name in data if name in field.fields
    }
    return {name: ["There is no such field."] for name in strange} | {
        name: inner for name, inner in deeper.items() if inner
    }


def represented(serializer: type[S], row: Any) -> dict[str, Any]:
    """What `serializer(row).data` would be."""
    shown: dict[str, Any] = _built(serializer).to_representation(row)
    return shown


_all_built: dict[object, Any] = {}


def _built(serializer: type[S]) -> Any:
    """One for all requests: its fields are not copied for each, and nothing is kept in it."""
    if serializer not in _all_built:
        _all_built[serializer] = serializer()
    return _all_built[serializer]
