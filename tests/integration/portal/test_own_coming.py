"""What nearly every page of the portal begins with, by statements that are planned once.

They say in SQL who may see whom, as the models say it: where the two differ, somebody sees a
stranger's visits, or not their own.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.accounts.roles import Role
from patients.models import Patient, PortalAccess
from patients.queries import own_records
from scheduling.models import Appointment
from scheduling.queries.board import upcoming_visits
from tests import builders
from tests.portal_builders import Portal

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)
# Relationship, born, ends, agreed to as a grown-up.
ACCESSES = [
    ("self", date(1970, 5, 17), None, None),
    ("carer", date(1970, 5, 17), TODAY, None),
    ("carer", date(1970, 5, 17), TODAY + timedelta(days=1), None),
    ("parent", date(2008, 3, 1), None, None),
    ("parent", date(2008, 3, 2), None, None),
    ("guardian", date(2008, 2, 29), None, None),
    ("parent", date(2000, 1, 1), None, date(2020, 1, 1)),
    ("carer", date(2008, 2, 29), None, None),
]


def test_the_statement_lets_in_whom_the_model_lets_in():
    """Children grow up and accesses end on a day: off by one would be somebody's privacy."""
    user = builders.make_user(Role.PATIENT)
    for relationship, born, until, agreed in ACCESSES:
        patient = builders.make_patient()
        Patient.objects.filter(pk=patient.pk).update(birth_date=born)
        PortalAccess.objects.create(
            user=user,
            patient=patient,
            relationship=relationship,
            until_date=until,
            adult_consent_date=agreed,
        )
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    told = {access.pk for access in PortalAccess.objects.in_force(TODAY)}
    people = set(PortalAccess.objects.filter(pk__in=told).values_list("patient", flat=True))
    assert 0 < len(people) < len(ACCESSES)
    assert {person.pk for person in own_records(user, now=noon)} == people


@pytest.fixture
def portal():
    return Portal()


def test_visits_come_with_what_pages_show_of_them(portal, django_assert_num_queries):
    """A page that asked for the room of each visit would take longer the more one has booked."""
    portal.book()
    with django_assert_num_queries(2):
        (visit,) = upcoming_visits(portal.user, portal.patient, now=portal.now)
        names = {part.resource.name for part in visit.taken}
        shown = (visit.visit_type.name, visit.site.name, visit.course, visit.patient.name)
    same = Appointment.objects.get()
    assert visit == same
    assert names == {part.resource.name for part in same.taken}
    assert shown == (same.visit_type.name, same.site.name, None, portal.patient.name)


def test_nobody_s_visits_are_there_for_a_stranger(portal):
    """The address of a page is somebody's word; the statement asks for the access itself."""
    portal.book()
    stranger = builders.make_user(Role.PATIENT)
    assert upcoming_visits(stranger, portal.patient, now=portal.now) == []
    PortalAccess.objects.filter(user=portal.user).update(until_date=portal.now.date())
    assert upcoming_visits(portal.user, portal.patient, now=portal.now) == []
