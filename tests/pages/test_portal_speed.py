"""The portal's pages ask little, however much somebody has booked: phones are slow enough."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.portal_builders import Portal

pytestmark = pytest.mark.django_db
# Statements of a page that is asked for again, and no more with more visits.
MOST = {"home": 18, "care": 18, "visits": 10, "pain": 13, "more": 6}


@pytest.fixture
def portal():
    return Portal()


def asked(portal, name):
    address = portal.url(name)
    assert portal.phone.get(address).status_code == 200
    with CaptureQueriesContext(connection) as found:
        portal.phone.get(address)
    return [query["sql"] for query in found.captured_queries]


def test_pages_ask_no_more_the_more_is_booked(portal):
    """A statement for each visit makes the page slowest for those who need it most."""
    portal.book()
    one = {name: asked(portal, name) for name in MOST}
    portal.book()
    two = {name: asked(portal, name) for name in MOST}
    assert {name: len(found) for name, found in two.items()} == {
        name: len(found) for name, found in one.items()
    }
    too_many = {name: found for name, found in one.items() if len(found) > MOST[name]}
    assert too_many == {}, {name: len(found) for name, found in too_many.items()}


def test_a_page_of_times_draws_each_with_its_person(portal):
    """They are written by hand: a name with a sign of HTML in it must stay a name."""
    portal.clinician.name = "Dr. <Ruiz> & Co"
    portal.clinician.save()
    portal.answer_all()
    portal.choose_kind()
    page = portal.phone.get(portal.step("times")).content.decode()
    assert "<small>Dr. &lt;Ruiz&gt; &amp; Co</small></button>" in page
    assert "<Ruiz>" not in page
