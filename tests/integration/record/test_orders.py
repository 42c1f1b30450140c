"""Tests and referrals: nobody's result lies unread, and a correction leaves what was corrected."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from clinic.shared.uploads import CheckedFile
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_consultation, make_diagnostic
from treatments.actions import orders as actions
from treatments.actions.orders import Findings, OrderWish, Result
from treatments.models import DiagnosticReport, Observation, ReportFile
from treatments.queries import orders as queries

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
DAY = date(2026, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


@pytest.fixture
def order(patient, physician):
    return ordered(patient, physician)


def ordered(patient, by, **wish):
    whole = {
        "diagnostic": make_diagnostic("hba1c", kind="laboratory", name="A1c"),
        "reason": "Sugar",
    }
    return actions.order_test(patient=patient, wish=OrderWish(**whole | wish), by=by, now=NOW)


def entered(order, by, at=NOW, **found):
    findings = Findings(**{"effective_date": DAY, "conclusion": "High"} | found)
    return actions.enter_report(order=order, findings=findings, by=by, now=at)


def test_a_result_waits_until_its_orderer_has_read_it(order, physician):
    """The wrong inbox, or none, is how a tumour is missed."""
    report = entered(order, make_user(Role.NURSE), results=[Result("A1c", Decimal("9.1"), "%")])
    assert queries.results_to_review(physician, now=NOW) == [report]
    assert queries.results_to_review(make_user(Role.PHYSICIAN), now=NOW) == []
    actions.review_report(report=report, by=physician, now=NOW)
    assert queries.results_to_review(physician, now=NOW) == []
    with pytest.raises(actions.ReviewedAlready):
        actions.review_report(report=report, by=physician, now=NOW)
    row = Observation.objects.get()
    assert (row.report, row.shown_value, row.patient) == (report, "9.1 %", order.patient)
    order.refresh_from_db()
    assert order.status == "completed"


def test_a_correction_is_another_report(order, physician):
    """What somebody acted on yesterday stays readable today."""
    first = entered(order, physician)
    second = entered(order, physician, at=NOW + timedelta(hours=1), conclusion="Normal after all")
    assert queries.results_to_review(physician, now=NOW) == [second]
    with pytest.raises(ProgrammingError), transaction.atomic():
        DiagnosticReport.objects.filter(pk=first.pk).update(conclusion="x")
    assert [r.pk for r in queries.access_order(physician, order.pk, now=NOW).reports.all()] == [
        second.pk,
        first.pk,
    ]


def test_abnormal_results_come_first(patient, physician):
    """Whoever has two minutes reads the right ones."""
    usual = entered(ordered(patient, physician), physician)
    bad = entered(ordered(patient, physician), physician, is_abnormal=True)
    assert queries.results_to_review(physician, now=NOW) == [bad, usual]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"conclusion": " "}, "Write down the conclusion."),
        ({"effective_date": date(2026, 6, 4)}, "A test cannot have been done in the future."),
        ({"effective_date": date(1066, 6, 4)}, "This day is too long ago."),
        ({"results": [Result(" ", Decimal(1))]}, "Say what each number is."),
        ({"results": [Result("A1c", Decimal("NaN"))]}, "A1c: this is no number that can be kept."),
        ({"results": [Result("A1c", Decimal("1e40"))]}, "A1c: this is no number that can be kept."),
    ],
)
def test_nonsense_is_refused(order, physician, found, sentence):
    """And nothing of it is kept."""
    with pytest.raises(Invalid) as refusal:
        entered(order, physician, **found)
    assert refusal.value.sentence == sentence
    assert not DiagnosticReport.objects.exists()


def test_a_cancelled_order_takes_no_result(order, physician):
    """It may be somebody else's."""
    with pytest.raises(Invalid):
        actions.cancel_order(order=order, reason=" ", by=physician, now=NOW)
    actions.cancel_order(order=order, reason="Done elsewhere", by=physician, now=NOW)
    with pytest.raises(actions.NotOpen):
        entered(order, physician)
    with pytest.raises(actions.NotOpen):
        actions.cancel_order(order=order, reason="Again", by=physician, now=NOW)


def test_the_same_file_twice_is_said(order, physician):
    """And the report is not kept by half."""
    file = CheckedFile(b"%PDF-1.7 x", "application/pdf", "abc")
    with pytest.raises(actions.SameFile), transaction.atomic():
        entered(order, physician, files=[file, file])
    assert not ReportFile.objects.exists()


def test_an_order_that_makes_no_sense_is_refused(patient, physician):
    """A picture of nothing in particular, by last week, out of somebody else's consultation."""
    mri = make_diagnostic("mri", needs_region=True)
    for wish in (
        {"reason": " "},
        {"diagnostic": mri},
        {"due_date": DAY - timedelta(days=3)},
    ):
        with pytest.raises(Invalid):
            ordered(patient, physician, **wish)
    foreign = make_consultation(make_patient(), physician, at=NOW)
    with pytest.raises(Invalid):
        actions.order_test(
            patient=patient,
            wish=OrderWish(mri, "Pain", region="Lumbar"),
            consultation=foreign,
            by=physician,
            now=NOW,
        )
    with pytest.raises(NotAllowed):
        ordered(patient, make_user(Role.NURSE))
