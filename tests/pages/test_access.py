"""What belongs to pages alone; who may open which is in `tests/security`."""

import pytest
from django.test import Client

from clinic.accounts.roles import Role
from tests import builders

pytestmark = pytest.mark.django_db


def test_forms_from_elsewhere_are_refused():
    """Another site must not book in the clerk's name."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(builders.make_user())
    assert client.post("/desk/book/", {}).status_code == 403


@pytest.mark.parametrize("page", ["/desk/", "/desk/people/?q=ruiz", "/desk/book/?q=ruiz"])
def test_queries_do_not_grow_with_people(page, django_assert_max_num_queries):
    """A page that asks once more for every row is slow exactly when it matters."""
    site = builders.make_site()
    builders.make_clinician(site)
    builders.make_visit_type()
    for _ in range(15):
        builders.make_patient("Ana", "Ruiz")
    client = Client()
    client.force_login(builders.make_user(Role.FRONT_DESK))
    client.get(page)
    with django_assert_max_num_queries(13):
        client.get(page)
