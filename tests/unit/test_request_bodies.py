"""What an endpoint has no field for is refused wherever it stands in the body."""

import pytest
from rest_framework import serializers

from clinic.shared.api import refuse_unknown


class Amount(serializers.Serializer):
    """A part of a part."""

    value = serializers.IntegerField()


class Row(serializers.Serializer):
    """A row of a list."""

    dose = Amount()
    tags = serializers.ListField(child=serializers.CharField(), required=False)


class Body(serializers.Serializer):
    """The whole."""

    rows = Row(many=True)
    boxes = serializers.ListField(child=Amount(), required=False)
    words = serializers.DictField(required=False)


NO = ["There is no such field."]
GOOD = {"dose": {"value": 1}, "tags": ["a"]}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"rows": [], "row": 1}, {"row": NO}),
        ({"rows": [GOOD, GOOD | {"lot": 1}]}, {"rows": [{}, {"lot": NO}]}),
        ({"rows": [{"dose": {"value": 1, "units": "mg"}}]}, {"rows": [{"dose": {"units": NO}}]}),
        ({"rows": [], "boxes": [{"valu": 1}]}, {"boxes": [{"valu": NO}]}),
    ],
)
def test_a_slip_deep_in_the_body_is_named_where_it_stands(body, told):
    """A dose that is spelled wrong and passed over is a dose that nobody recorded."""
    with pytest.raises(serializers.ValidationError) as refusal:
        refuse_unknown(Body(), body)
    assert refusal.value.detail == told


@pytest.mark.parametrize(
    "body",
    [
        {"rows": [GOOD], "words": {"any": "thing"}},
        {"rows": "none"},
        {"rows": [1, None]},
        {"rows": [{"dose": []}]},
        {"rows": None},
    ],
)
def test_what_has_the_wrong_shape_is_left_to_the_fields(body):
    """Their sentences say more than “unknown”, and a breakdown says nothing."""
    refuse_unknown(Body(), body)
