"""Which of several values counts: the newest, and of a corrected report only the correction."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import shipped_catalogue
from treatments.actions.orders import Findings, OrderWish, Result, enter_report, order_test
from treatments.facts.known import known
from treatments.facts.people import clinic_zone, facts_about
from treatments.models import CatalogueEntry, Observation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 20, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def doctor():
    shipped_catalogue()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    person = builders.make_patient()
    builders.care_for(person, doctor)
    return person


def counted(patient, what="inr"):
    """The value that the rules read today, and its day."""
    facts = facts_about(patient.pk, known=known(), on=TODAY, zone=clinic_zone())
    last = facts.last(what, until=TODAY)
    return last and (last.value, last.on)


def measured(patient, value, at):
    told = {"text": "INR", "unit": "{INR}", "status": "final", "effective_at": at}
    Observation.objects.create(patient=patient, value=Decimal(value), **told)


@pytest.mark.parametrize("hours", [(3, 1), (1, 3)])
def test_of_two_of_one_day_the_later_one_counts(hours, patient):
    """An INR of 2.8 at seven is not the one of 1.1 at eleven, nor the other way round."""
    for hour in hours:
        measured(patient, "1.1" if hour == 1 else "2.8", NOW - timedelta(hours=hour))
    assert counted(patient) == (Decimal("1.1"), TODAY)


def report(patient, doctor, *, minutes, day=TODAY, **results):
    order = patient.service_requests.first() or order_test(
        patient=patient,
        wish=OrderWish(CatalogueEntry.objects.get(pk="clotting"), "Before the injection"),
        by=doctor,
        now=NOW - timedelta(hours=1),
    )
    units = {"eGFR": "mL/min"}
    values = [Result(text, Decimal(v), units.get(text, "1")) for text, v in results.items()]
    findings = Findings(day, "Told by phone", results=values)
    enter_report(order=order, findings=findings, by=doctor, now=NOW + timedelta(minutes=minutes))


def test_a_corrected_result_counts_no_more(patient, doctor):
    """A slip of the pen that reads 1.0 would let warfarin pass on the day of an epidural."""
    report(patient, doctor, minutes=0, INR="1.0", Platelets="210")
    report(patient, doctor, minutes=5, INR="2.9")
    assert counted(patient) == (Decimal("2.9"), TODAY)
    # It was of yesterday: the day is corrected as well.
    report(patient, doctor, minutes=9, day=TODAY - DAY, INR="2.9")
    assert counted(patient) == (Decimal("2.9"), TODAY - DAY)


def test_what_a_correction_does_not_tell_stays(patient, doctor):
    """What was added to a report takes nothing away that would stop somebody."""
    report(patient, doctor, minutes=0, INR="1.0", eGFR="25")
    report(patient, doctor, minutes=5, INR="1.1")
    assert counted(patient, "egfr") == (Decimal(25), TODAY)
