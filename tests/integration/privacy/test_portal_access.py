"""Who sees a record in the portal, and until when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.actions.portal import renew_portal_access, revoke_portal_access
from patients.domain.age import age_on, birthday, years_before
from patients.models.portal import Relationship
from patients.queries import own_records
from tests import builders
from tests.privacy import NOW, TODAY, grant, sees
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


def test_a_parent_sees_the_record_until_the_child_is_grown_up(clerk):
    """A seventeen-year-old's mother, and not an eighteen-year-old's."""
    child = builders.make_patient(born=date(2009, 3, 14))
    access = grant(child, clerk, Relationship.PARENT)
    parent = access.user
    assert sees(parent, child, TODAY)
    assert sees(parent, child, date(2027, 3, 13))
    assert not sees(parent, child, date(2027, 3, 14))
    assert access.ends_on() == date(2027, 3, 14)
    with pytest.raises(Invalid):
        renew_portal_access(access=access, by=clerk, now=NOW)
    renew_portal_access(access=access, by=clerk, now=datetime(2027, 3, 14, 9, tzinfo=UTC))
    assert sees(parent, child, date(2028, 1, 1)), "the grown-up child agreed"
    assert access.ends_on() is None


@given(
    born=st.dates(date(1990, 1, 1), date(2020, 12, 31)),
    on=st.dates(date(2005, 1, 1), date(2045, 12, 31)),
)
def test_the_three_ways_of_counting_years_agree(born, on):
    """The query, the page and the rule must end an access on one and the same day."""
    is_adult = on >= born and age_on(born, on) >= 18
    assert is_adult == (birthday(born, 18) <= on)
    assert is_adult == (born <= years_before(on, 18))


def test_a_carer_s_access_ends_on_its_day_and_can_be_taken_back(clerk, patient):
    """An end that nobody has to remember, and one that cannot wait."""
    access = grant(patient, clerk, Relationship.CARER, until=TODAY + timedelta(days=30))
    assert sees(access.user, patient, TODAY + timedelta(days=29))
    assert not sees(access.user, patient, TODAY + timedelta(days=30))
    client = client_of(access.user)
    assert client.get(f"/patient/{patient.pk}/viewers/").status_code == 200
    revoke_portal_access(access=access, by=clerk, now=NOW)
    assert not sees(access.user, patient, TODAY)


def test_access_is_refused_where_it_makes_no_sense(clerk, patient):
    """Each of these would open a record to the wrong person."""
    with pytest.raises(Invalid):
        grant(patient, clerk, Relationship.PARENT)
    with pytest.raises(Invalid):
        grant(patient, clerk, Relationship.CARER, until=TODAY)
    with pytest.raises(NotAllowed):
        grant(patient, clerk, Relationship.CARER, email=clerk.email)
    with pytest.raises(NotAllowed):
        grant(patient, builders.make_user(Role.PHYSICIAN), Relationship.CARER)


def test_one_mailbox_may_care_for_two_children(clerk):
    """A mother of two has one password."""
    one, two = (builders.make_patient(born=date(2015, 1, day)) for day in (1, 2))
    first, second = (grant(child, clerk, Relationship.PARENT) for child in (one, two))
    assert first.user == second.user
    assert set(own_records(first.user, now=NOW)) == {one, two}


def test_a_second_invitation_says_how_long_it_is_now(clerk, patient):
    """A carer whose time is over is let in anew, and is not here twice."""
    first = grant(patient, clerk, Relationship.CARER, until=TODAY + timedelta(days=3))
    again = grant(patient, clerk, Relationship.CARER, until=TODAY + timedelta(days=30))
    assert again.pk == first.pk
    assert sees(first.user, patient, TODAY + timedelta(days=20))
