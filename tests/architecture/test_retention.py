"""Every column is accounted for: why it is kept, and for how long."""

import pytest
import yaml
from django.apps import apps

from tests.architecture.rules import ROOT

TOLD = yaml.safe_load((ROOT / "docs" / "data-retention.yaml").read_text())
MODELS = {
    model._meta.label: model
    for model in apps.get_models()
    if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
}
# What an audit adds to the columns of the table it follows.
OF_HISTORY = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "pgh_context_id"}


def unaccounted(columns, told):
    """Columns nobody gave a reason for, told twice, or told although they are gone."""
    personal, impersonal = set(told["columns"]), set(told["impersonal"])
    return {
        "unexplained": columns - personal - impersonal,
        "gone": (personal | impersonal) - columns,
        "both": personal & impersonal,
    }


def test_every_table_is_told():
    """A table that is missing is kept for ever, by nobody's decision."""
    assert set(TOLD["tables"]) == set(MODELS)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_column_has_a_purpose_and_a_period(label):
    """Whoever adds a column about a person says what for, or leaves it out."""
    told = TOLD["tables"][label]
    columns = {field.name for field in MODELS[label]._meta.concrete_fields}
    assert unaccounted(columns, told) == {"unexplained": set(), "gone": set(), "both": set()}
    assert told["keep"] in TOLD["periods"]
    assert all(purpose and len(purpose) >= 3 for purpose in told["columns"].values())


def test_history_keeps_no_column_of_its_own():
    """What is not told of the table must not hide in its versions."""
    for model in apps.get_models():
        followed = getattr(model, "pgh_tracked_model", None)
        if followed is not None:
            columns = {field.name for field in model._meta.concrete_fields} - OF_HISTORY
            assert columns <= {field.name for field in followed._meta.concrete_fields}


def test_a_forgotten_column_is_noticed():
    """The checker bites."""
    told = {"columns": {"name": "to greet"}, "impersonal": ["id", "gone"]}
    found = unaccounted({"id", "name", "shoe_size"}, told)
    assert found["unexplained"] == {"shoe_size"}
    assert found["gone"] == {"gone"}
