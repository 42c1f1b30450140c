"""The chart of somebody who has come for ten years costs as much as anybody's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
from tests.long_records import ten_years
from tests.record_builders import shipped_catalogue, shipped_instruments
from tests.security.clients import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT_MOST_QUERIES = 45
AT_MOST_BYTES = 200_000


@pytest.mark.parametrize("period", ["", "?period=all"])
def test_ten_years_ask_no_more_than_ten_days(period):
    """A chart that makes one wait is not opened before the needle goes in.

    How long it takes is measured by `make bench`.
    """
    shipped_catalogue()
    shipped_instruments()
    physician = builders.make_user(Role.PHYSICIAN)
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    ten_years(patient, physician, now=timezone.now())
    client, address = client_of(physician), f"/physician/people/{patient.pk}/{period}"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert page.status_code == 200
    assert len(queries) <= AT_MOST_QUERIES
    assert len(page.content) <= AT_MOST_BYTES
