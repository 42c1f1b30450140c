"""A physician, and a person in their care, with the shipped catalogue and questionnaires."""

import pytest

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import shipped_catalogue, shipped_instruments


@pytest.fixture
def physician():
    shipped_catalogue()
    shipped_instruments()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person
