"""The door of every page of the portal: whose record stands in the address, and who may open it."""

from datetime import timedelta

import pytest

from clinic.accounts.models import THE_CLINIC
from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.shared.errors import NotAllowed, NotFound
from patients.actions.merge import merge_patients
from patients.models import PortalAccess
from patients.models.portal import Relationship
from patients.queries import own_record
from tests import builders
from tests.privacy import NOW, TODAY
from tests.security.addresses import NOBODY
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


def given(user, patient, relationship=Relationship.SELF, until=None):
    return PortalAccess.objects.create(
        user=user, patient=patient, relationship=relationship, until_date=until
    )


@pytest.fixture
def user():
    return builders.make_user(Role.PATIENT)


def test_a_stranger_s_record_is_like_none(user):
    """Otherwise ids could be tried, and each answer would say who is a patient here."""
    mine, theirs = builders.make_patient(), builders.make_patient()
    given(user, mine)
    for other in (theirs.pk, NOBODY):
        with pytest.raises(NotFound):
            own_record(user, other, now=NOW)
    for nobody in (THE_CLINIC, builders.make_user(Role.PHYSICIAN)):
        with pytest.raises(NotAllowed):
            own_record(nobody, mine.pk, now=NOW)


def test_it_opens_until_the_day_it_ends(user):
    """The end that somebody set must not depend on anybody remembering it."""
    patient = builders.make_patient()
    given(user, patient, Relationship.CARER, TODAY + timedelta(days=1))
    assert own_record(user, patient.pk, now=NOW).seen_as.ends_on == TODAY + timedelta(days=1)
    with pytest.raises(NotFound):
        own_record(user, patient.pk, now=NOW + timedelta(days=1))


def test_it_says_in_what_capacity(user):
    """A mother must see at each glance for which child she answers."""
    child, mine = builders.make_patient(), builders.make_patient()
    given(user, mine)
    assert not own_record(user, mine.pk, now=NOW).seen_as.is_named
    given(user, child, Relationship.CARER)
    assert own_record(user, mine.pk, now=NOW).seen_as.is_named
    seen = own_record(user, child.pk, now=NOW).seen_as
    assert (seen.relationship, seen.is_self, seen.has_several) == ("carer", False, True)


def test_of_two_capacities_the_wider_counts(user):
    """After a merge somebody may be here twice: their own access must not end with the other."""
    patient = builders.make_patient()
    given(user, patient, Relationship.CARER, TODAY + timedelta(days=1))
    given(user, patient)
    seen = own_record(user, patient.pk, now=NOW).seen_as
    assert (seen.is_self, seen.ends_on, seen.has_several) == (True, None, False)


def test_an_old_address_leads_to_the_record_it_was_joined_into(user):
    """A bookmark on a phone outlives a merge at the desk."""
    kept, merged = builders.make_patient(), builders.make_patient()
    given(user, merged)
    manager = builders.make_user(Role.MANAGER)
    merge_patients(kept=kept, merged=merged, reason="Twice", by=manager, now=NOW)
    assert own_record(user, merged.pk, now=NOW) == kept


def test_each_page_says_for_whom_it_is_and_leaves_a_trace(user):
    """Two tabs with two children: the address decides, and the read log says who looked."""
    people = [builders.make_patient("Ana"), builders.make_patient("Ben")]
    for person in people:
        given(user, person, Relationship.CARER)
    client = client_of(user)
    assert [p.name in client.get("/patient/").content.decode() for p in people] == [True, True]
    for person, other in (people, people[::-1]):
        for page in ("", "more/", "viewers/", "calendar/"):
            address = f"/patient/{person.pk}/{page}"
            shown = client.get(address).content.decode()
            assert f"For <b>{person.name}</b>" in shown, address
            assert f"/patient/{person.pk}/more/" in shown, "the menu is about the same person"
            assert str(other.pk) not in shown, address
            assert ReadEvent.objects.filter(user=user, address=address).exists()


def test_somebody_with_one_record_goes_straight_on(user):
    """A choice of one is a tap for nothing; with none, the page says whom to call."""
    assert "call us" in client_of(user).get("/patient/").content.decode()
    patient = builders.make_patient()
    given(user, patient)
    assert client_of(user).get("/patient/").url == f"/patient/{patient.pk}/"
    assert client_of(user).get("/").url == "/patient/"
