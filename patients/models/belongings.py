"""What belongs to a person, in whatever app it is kept."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from patients.models.patient import Patient


def belongings() -> Iterator[tuple[type[models.Model], str]]:
    """Every table with a key to a person, and the key's name; without the tables of history.

    Found by looking, so that a table that is added tomorrow is not forgotten.
    """
    for relation in Patient._meta.related_objects:
        model: Any = relation.related_model
        if not hasattr(model, "pgh_tracked_model"):
            yield model, relation.field.name
