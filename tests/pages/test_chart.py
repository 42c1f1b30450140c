"""The chart: read in ten seconds, in as many queries for ten years as for one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Condition, MedicationStatement
from tests import builders
from tests.record_builders import (
    make_consultation,
    make_course,
    make_event,
    make_follow_up,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from tests.security.clients import client_of
from treatments.models import Instrument, Observation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def physician():
    shipped_catalogue()
    shipped_instruments()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    return patient


def ten_years(patient, physician, *, years=10):
    """A long story: scores every month, an injection every quarter, courses, visits, problems."""
    now = timezone.now()
    for month in range(12 * years):
        at = now - (10 + 30 * month) * DAY
        make_response(patient, 3 + month % 6, at=at)
        if month % 3 == 0:
            make_procedure(
                patient, physician, at=at, status="signed", drugs=[("triamcinolone", "40")]
            )
            make_consultation(patient, physician, at=at)
        if month % 12 == 0:
            make_course(patient, physician, start_date=at.date(), goal="Walk a mile", now=at)
            make_event(patient, physician, at=at)
            make_follow_up(patient, due_at=at)
        Observation.objects.create(
            patient=patient, text="Body weight", value=Decimal("80.5"), unit="kg", effective_at=at
        )


def opened(client, patient):
    with CaptureQueriesContext(
        connection,
    ) as found:
        page = client.get(f"/physician/people/{patient.pk}/?period=all")
    assert page.status_code == 200
    return page.content.decode(), len(found)


def test_ten_years_cost_as_many_queries_as_one(physician, patient):
    """A chart that grows slower with every visit is closed before it is read."""
    client = client_of(physician)
    ten_years(patient, physician, years=1)
    opened(client, patient)
    _page, few = opened(client, patient)
    ten_years(patient, physician)
    page, many = opened(client, patient)
    assert many <= few
    assert page.count("<circle") >= 120
    assert len(page) < 400_000


def test_what_must_not_be_overlooked_stands_first(physician, patient):
    """Before anything is given: allergies, blood thinners, conditions that change a choice."""
    patient.allergies.create(text="Iodinated contrast")
    MedicationStatement.objects.create(patient=patient, text="Warfarin Sodium 5 MG Oral Tablet")
    Condition.objects.create(patient=patient, text="Osteoporosis (disorder)")
    page, _count = opened(client_of(physician), patient)
    for words in ("Iodinated contrast", "Blood thinners", "Warfarin Sodium 5 MG", "Osteoporosis"):
        assert page.index(words) < page.index("Over time")


def test_a_kidney_value_entered_here_is_watched(physician, patient):
    """The catalogue calls it eGFR; only the spelled-out name of imports was looked for."""
    now = timezone.now()
    values = {"unit": "mL/min", "effective_at": now - DAY}
    Observation.objects.create(patient=patient, text="eGFR", value=Decimal(24), **values)
    page, _count = opened(client_of(physician), patient)
    assert page.index("24 mL/min on") < page.index("Over time")


def test_the_picture_and_the_table_tell_the_same(physician, patient):
    """Who cannot see the picture reads the table, and misses nothing."""
    now = timezone.now()
    make_response(patient, 8, at=now - 60 * DAY)
    make_procedure(
        patient, physician, at=now - 50 * DAY, status="signed", drugs=[("dexamethasone", "10")]
    )
    make_response(patient, 2, at=now - 30 * DAY)
    page, _count = opened(client_of(physician), patient)
    assert page.count("<circle") == 2
    assert "Epidural steroid injection L4-L5" in page
    # 10 mg of dexamethasone are 53.3 mg of methylprednisolone (clinical rules, section 6).
    assert "53.3 mg" in page


def test_a_draft_changes_no_picture(physician, patient):
    """What is not signed has not been said."""
    make_procedure(patient, physician, at=timezone.now() - DAY, drugs=[("triamcinolone", "40")])
    page, _count = opened(client_of(physician), patient)
    assert 'class="dose"' not in page
    assert "Not signed: Epidural steroid injection" in page


def test_the_diary_of_a_block_is_no_line_of_pain(physician, patient):
    """Pain before a block, asked while doing what brings it on, is another question's number."""
    now = timezone.now()
    make_response(patient, 8, at=now - 60 * DAY)
    make_response(patient, 7, at=now - 50 * DAY, instrument="block-diary", occasion="baseline")
    page, _count = opened(client_of(physician), patient)
    assert page.count("<circle") == 1
    assert "Block diary" not in page


def test_a_questionnaire_of_a_hundred_keeps_its_scale(physician, patient):
    """Forty of a hundred is not the worst that can be."""
    items = [{"id": f"q{n}", "text": f"Question {n}?"} for n in range(10)]
    made = {"key": "sum", "version": "1", "name": "Sum of ten", "scoring": "sum", "items": items}
    Instrument.objects.create(key="sum", version="1", name="Sum of ten", definition=made)
    make_response(patient, 40, at=timezone.now() - DAY, instrument="sum")
    page, _count = opened(client_of(physician), patient)
    assert "Sum of ten: 40 of 100" in page
