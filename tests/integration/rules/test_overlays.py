"""Rules of single payers, asked of real rows: imaging of the last two years, a changed repeat."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.roles import Role
from patients.models import Coverage
from tests import builders, record_builders
from tests.rule_builders import file_rules
from tests.rule_examples import shipped
from treatments.domain.rules.facts import Stage
from treatments.facts.assess import assess, proposal_of
from treatments.facts.known import known
from treatments.models import DiagnosticReport, ServiceRequest

pytestmark = pytest.mark.django_db
ON = date(2027, 1, 12)
NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
WANTED = {"esi-evicore-overlay-imaging", "esi-repeat-50pct-3mo"}


@pytest.fixture
def patient():
    record_builders.shipped_catalogue()
    file_rules(*(found.record for rule, found in shipped() if rule.key in WANTED))
    patient = builders.make_patient()
    Coverage.objects.create(patient=patient, payer="eviCore", payer_class="medicare", rank=1)
    return patient


def said(patient, **more):
    """The rules that speak of a lumbar epidural on the day."""
    told = known()
    asked = {"region": "lumbar", "approach": "interlaminar", "levels": ["L4-L5"]} | more
    proposal = proposal_of(told, "epidural-steroid-injection", Stage.BOOK, **asked)
    found = assess(patient.pk, proposal, ON, zone=ZoneInfo("UTC"), known_now=told)
    return {finding.rule for finding in found.on(ON)}


def imaged(patient, day, order=None, at=NOW):
    """A result of a scan of that day; a second one for the same order is its correction."""
    physician = builders.make_user(Role.PHYSICIAN)
    order = order or ServiceRequest.objects.create(
        patient=patient,
        diagnostic_id="mri",
        reason="Leg pain",
        requested_by=physician,
        requested_at=at,
    )
    DiagnosticReport.objects.create(
        patient=patient,
        order=order,
        effective_date=day,
        conclusion="Disc herniation",
        entered_by=physician,
        entered_at=at,
    )
    return order


def test_imaging_of_the_last_two_years_is_seen_from_its_result(patient):
    """The rule was off for want of a day that every result has."""
    assert "esi-evicore-overlay-imaging" in said(patient)
    order = imaged(patient, date(2025, 1, 11))
    assert "esi-evicore-overlay-imaging" in said(patient)
    imaged(patient, date(2025, 1, 12), order, NOW + timedelta(hours=1))
    assert "esi-evicore-overlay-imaging" not in said(patient)
    imaged(patient, date(2024, 1, 12), order, NOW + timedelta(hours=2))
    assert "esi-evicore-overlay-imaging" in said(patient)


def test_a_retry_in_another_way_is_not_held_to_the_relief_of_the_first(patient):
    """A caudal epidural after one that failed was refused as if nothing were changed."""
    at = NOW - timedelta(days=40)
    physician = builders.make_user(Role.PHYSICIAN)
    record_builders.make_procedure(
        patient, physician, at=at, status="signed", approach="interlaminar", levels=["L4-L5"]
    )
    assert "esi-repeat-50pct-3mo" in said(patient)
    assert "esi-repeat-50pct-3mo" not in said(patient, approach="caudal")
