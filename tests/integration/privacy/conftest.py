"""People who work here, and a patient with a double."""

import pytest

from clinic.accounts.roles import Role
from patients.models import (
    AllergyIntolerance,
    ContactPoint,
    MedicationStatement,
    Patient,
)
from tests import builders


@pytest.fixture
def physician():
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def clerk():
    return builders.make_user(Role.FRONT_DESK)


@pytest.fixture
def manager():
    return builders.make_user(Role.MANAGER)


@pytest.fixture
def patient():
    return builders.make_patient()


@pytest.fixture
def double(patient):
    double = Patient.objects.create(
        given_names=patient.given_names,
        family_name=patient.family_name,
        birth_date=patient.birth_date,
    )
    for person in (patient, double):
        ContactPoint.objects.create(
            patient=person, system="phone", value="555-0100", digits="15550100"
        )
    AllergyIntolerance.objects.create(patient=double, text="Latex")
    MedicationStatement.objects.create(patient=patient, text="Naproxen")
    return double
