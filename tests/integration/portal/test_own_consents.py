"""Signing in the portal: with a typed name, in whose capacity, and taken back as easily."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotFound
from patients.actions.own_consents import (
    SignsForAnother,
    TextChanged,
    sign_own_consent,
    take_back_own_consent,
)
from patients.domain.consent_texts import TEXTS
from patients.models import Consent, PortalAccess
from patients.models.portal import Relationship
from patients.queries import own_record
from patients.queries.sent_files import own_consents
from tests import builders
from tests.privacy import NOW, TODAY
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return builders.make_patient("Ana", "Novak")


def seeing(patient, relationship=Relationship.SELF):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient, relationship=relationship)
    return user


def signed(patient, by, kind="privacy_notice", name="Ana Novak", text=None):
    text = text or TEXTS[kind]
    return sign_own_consent(patient=patient, text=text, name=name, today=TODAY, by=by, now=NOW)


def is_given(patient, by, kind="privacy_notice"):
    own = own_record(by, patient.pk, now=NOW)
    found = own_consents(by, own, today=TODAY)
    return next(one for one in found if one.text.kind == kind)


def test_it_says_who_signed_what_and_when(patient):
    """Years later somebody asks which text it was, and who typed the name."""
    user = seeing(patient)
    row = signed(patient, user, name="  Ana   Novak ")
    assert (row.given_by, row.method, row.recorded_by) == ("Ana Novak", "portal", user)
    assert (row.decided_date, row.version) == (TODAY, TEXTS["privacy_notice"].version)
    assert signed(patient, user).pk == row.pk
    assert is_given(patient, user).is_given


def test_it_is_taken_back_as_easily(patient):
    """A yes that cannot be taken back is none; both stay on record."""
    user = seeing(patient)
    signed(patient, user)
    again = {"patient": patient, "text": TEXTS["privacy_notice"], "today": TODAY, "by": user}
    first = take_back_own_consent(**again, now=NOW)
    assert take_back_own_consent(**again, now=NOW).pk == first.pk
    assert not is_given(patient, user).is_given
    assert Consent.objects.filter(patient=patient).count() == 2


def test_a_parent_signs_as_a_parent_and_a_carer_not_for_a_treatment(patient):
    """Whose hand it was must be in the record; the law does not let every helper agree."""
    patient.birth_date = TODAY - timedelta(days=3650)
    patient.save()
    mother, carer = seeing(patient, Relationship.PARENT), seeing(patient, Relationship.CARER)
    assert signed(patient, mother, "treatment", "Eva Novak").given_by == (
        f"Eva Novak (parent of {patient.name})"
    )
    with pytest.raises(SignsForAnother):
        signed(patient, carer, "treatment", "Jo Help")
    assert signed(patient, carer, "messages", "Jo Help").given_by == (
        f"Jo Help (carer of {patient.name})"
    )


def test_an_old_text_or_no_name_or_a_stranger_signs_nothing(patient):
    """What was not read cannot be agreed to."""
    user = seeing(patient)
    with pytest.raises(TextChanged):
        signed(patient, user, text=replace(TEXTS["privacy_notice"], version="older"))
    with pytest.raises(Invalid):
        signed(patient, user, name=" a ")
    with pytest.raises(NotFound):
        signed(patient, builders.make_user(Role.PATIENT))


def test_what_was_typed_stays_when_the_tick_is_missing(patient):
    """Nobody types their name twice because of a box."""
    page = client_of(seeing(patient)).post(
        f"/patient/{patient.pk}/consents/messages/",
        {"name": "Ana Novak", "version": TEXTS["messages"].version, "do": "sign"},
    )
    assert page.status_code == 422
    assert 'value="Ana Novak"' in page.content.decode()
    assert not Consent.objects.filter(patient=patient).exists()
