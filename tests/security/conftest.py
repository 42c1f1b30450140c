"""What the walls' tests share: a clinic with everything in it, built once for each module."""

from copy import deepcopy

import pytest
from django.db import transaction
from django.template import Template
from django.test import utils

from tests.security.world import build_world


@pytest.fixture(autouse=True)
def _no_notes_of_templates(monkeypatch):
    """Ten thousand pages are rendered here; the test client copies each context for nobody."""
    monkeypatch.setattr(Template, "_render", utils._TestState.saved_data.template_render)


@pytest.fixture(scope="module")
def _built(django_db_setup, django_db_blocker):
    """The rows, in a transaction around those of the tests; taken back when the module ends."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(_built, db):
    """A copy for this test: what it changes in rows or in memory is nobody else's."""
    return deepcopy(_built)
