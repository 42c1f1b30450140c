"""What the database must refuse is written in the models, and keys point down."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.architecture.rules import ORDER, upward_keys

# The tables of history repeat the columns of the tables they follow, without their constraints.
OURS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in ORDER and not hasattr(model, "pgh_tracked_model")
]
# Names that say what the instant or day is better than _at or _date would.
NAMED_OTHERWISE = {"claimed_until", "valid_from", "valid_until", "last_login"}
# knox names these itself.
NAMED_OTHERWISE |= {"created", "expiry"}


def test_foreign_keys_point_down():
    """A string key hides from import tools; a key upwards ties apps together in the database."""
    fields = [
        (
            model._meta.app_label,
            f"{model.__name__}.{field.name}",
            field.related_model._meta.app_label,
        )
        for model in OURS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created
    ]
    assert len(fields) > 15
    assert upward_keys(fields) == []


def test_a_key_that_points_up_is_noticed():
    """The checker bites."""
    assert upward_keys([("patients", "Patient.next_visit", "scheduling")])
    assert not upward_keys([("scheduling", "Appointment.patient", "patients")])


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_state_is_known_to_the_database(model):
    """Text that only Python checks will one day hold something else."""
    told = " ".join(str(constraint.deconstruct()) for constraint in model._meta.constraints)
    for field in model._meta.get_fields():
        if isinstance(field, models.TextField) and getattr(field, "choices", None):
            where = f"{model._meta.label}.{field.name}"
            assert f"{field.name}__in" in told or f"('{field.name}'," in told, where


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_instants_and_days_say_what_they_are(model):
    """“start” could be either; the difference is a missed visit."""
    for field in model._meta.get_fields():
        if isinstance(field, models.DateTimeField):
            assert field.name.endswith("_at") or field.name in NAMED_OTHERWISE, field
        elif isinstance(field, models.DateField):
            assert field.name.endswith("_date") or field.name in NAMED_OTHERWISE, field


@pytest.mark.django_db
def test_no_migration_is_missing():
    """A model that the database does not know yet fails on the first morning."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
