"""A member of staff for whom a second factor is asked, and no memory of earlier guesses."""

import pytest
from django.core.cache import cache

from clinic.accounts.roles import Role
from tests import builders


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def staff(settings):
    settings.DEMO_WITHOUT_SECOND_FACTOR = False
    return builders.make_user(Role.FRONT_DESK, password=builders.PASSWORD)
