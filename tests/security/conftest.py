"""Ten thousand pages are rendered here: without the notes that Django takes of each template."""

import pytest
from django.template import Template
from django.test import utils


@pytest.fixture(autouse=True)
def _no_notes_of_templates(monkeypatch):
    """Its test client copies the whole context at every include; nobody here reads it."""
    monkeypatch.setattr(Template, "_render", utils._TestState.saved_data.template_render)
