"""A plan of care: who ordered it and when it was sent is read from the record, not told by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Coverage
from tests import builders
from tests.course_steps import field_of
from tests.pages.test_two_writers import form_of
from tests.record_builders import make_course, shipped_catalogue
from tests.rule_builders import file_rules
from tests.rule_examples import shipped
from tests.security.clients import client_of
from treatments.domain.course_orders import TherapyOrder
from treatments.domain.rules.facts import Stage
from treatments.facts.assess import assess, proposal_of
from treatments.facts.known import known
from treatments.facts.people import clinic_zone, facts_about
from treatments.models import TreatmentCourse

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
CERTIFIED = "pt-poc-initial-cert"
EXCEPTION = "pt-poc-cert-2025-exception"


@pytest.fixture
def physician():
    shipped_catalogue()
    records = {rule.key: record.record for rule, record in shipped()}
    file_rules(records[CERTIFIED], records[EXCEPTION])
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = builders.make_patient()
    builders.care_for(person, physician)
    Coverage.objects.create(patient=person, payer="Medicare", payer_class="medicare", rank=1)
    return person


def therapy(patient, by, *, begun=31, **detail):
    """A course of therapy that began so many days ago, and was ordered then."""
    order = TherapyOrder(Decimal(2), 12, **detail)
    start = TODAY - begun * DAY
    course = make_course(patient, by, detail=order, start_date=start, now=NOW)
    TreatmentCourse.objects.filter(pk=course.pk).update(ordered_at=NOW - begun * DAY)
    return course


def said(patient, on=TODAY):
    """What the two rules say of the next visit, by rule: severity and what was counted."""
    told = known()
    asked = proposal_of(told, "physical-therapy", Stage.BOOK)
    found = assess(patient.pk, asked, on, zone=clinic_zone(), known_now=told).on(on)
    return {finding.rule: (str(finding.severity), finding.counted) for finding in found}


def marks(patient):
    (course,) = facts_about(patient.pk, known=known(), on=TODAY, zone=clinic_zone()).cared
    return course.marks


def test_an_order_of_our_physician_is_on_file_by_itself(patient, physician):
    """Somebody who has just ordered it must not write down as well that they did."""
    therapy(patient, physician)
    assert marks(patient)["ordered"] == (TODAY - 31 * DAY,)
    found = said(patient)
    limit = TODAY - DAY
    assert found[CERTIFIED][0] == "block"
    assert found[EXCEPTION][0] == "info"
    # What is missing is named, with the day until which it would have done.
    for _severity, counted in found.values():
        assert f"plan sent to the physician by {limit}" in counted
        assert "signed order" not in counted


@pytest.mark.parametrize(
    ("sent", "severity"), [(29, None), (30, None), (31, "block"), (None, "block")]
)
def test_a_plan_sent_within_thirty_days_needs_no_signature(sent, severity, patient, physician):
    """One sent a day too late does, and so does one of which nobody knows when it was sent."""
    day = None if sent is None else TODAY - (40 - sent) * DAY
    therapy(patient, physician, begun=40, plan_sent_date=day)
    found = said(patient)
    assert found.get(CERTIFIED, (None,))[0] == severity
    assert (EXCEPTION in found) is (severity is not None)


def test_a_therapist_who_plans_for_themself_has_no_order(patient, physician):
    """A plan that was sent to nobody who ordered it must not pass for one that was signed."""
    therapist = builders.make_user(Role.THERAPIST)
    builders.care_for(patient, therapist)
    therapy(patient, therapist, plan_sent_date=TODAY - 30 * DAY)
    assert marks(patient)["ordered"] == ()
    found = said(patient)
    assert found[CERTIFIED][0] == "block"
    assert "signed order of a physician on file" in found[CERTIFIED][1]
    assert EXCEPTION not in found


def test_an_order_from_elsewhere_is_one_from_its_day(patient, physician):
    """The family doctor's referral is on paper; only its day can tell that it came first."""
    therapist = builders.make_user(Role.THERAPIST)
    builders.care_for(patient, therapist)
    sent = TODAY - 20 * DAY
    course = therapy(patient, therapist, outside_order_date=sent, plan_sent_date=sent)
    assert CERTIFIED not in said(patient)
    type(course.therapy).objects.update(outside_order_date=sent + DAY)
    assert said(patient)[CERTIFIED][0] == "block"


@pytest.mark.parametrize("field", ["plan_sent_date", "outside_order_date"])
@pytest.mark.parametrize("day", [TODAY + DAY, TODAY.replace(year=203)])
def test_a_day_that_cannot_be_is_refused(field, day, patient, physician):
    """A plan that will be sent tomorrow was not sent; a slip of the year is no day at all."""
    with pytest.raises(Exception, match=r"still to come|before they were born") as error:
        therapy(patient, physician, **{field: day})
    assert field_of(error) == field


@pytest.mark.django_db(transaction=True)
def test_the_therapist_writes_it_into_the_course(patient, physician):
    """On the page and over REST; what stood there before stays in the history."""
    therapist = builders.make_user(Role.THERAPIST)
    builders.care_for(patient, therapist)
    course = make_course(patient, physician, start_date=timezone.localdate() - 10 * DAY)
    sent = timezone.localdate() - 3 * DAY
    client = client_of(therapist)
    page = reverse("physician:course-change", args=[course.pk])
    form = form_of(client.get(page), plan_sent_date=sent.isoformat())
    assert client.post(page, form).status_code == 302
    shown = client.get(reverse("physician:course", args=[course.pk])).content.decode()
    assert f"{sent:%b %-d, %Y}" in shown.split("Plan sent")[1].split("</dd>")[0]
    address = f"/api/v1/treatment-courses/{course.pk}/"
    read = client.get(address)
    assert read.json()["detail"]["plan_sent_date"] == sent.isoformat()
    detail = read.json()["detail"] | {"plan_sent_date": (sent - DAY).isoformat()}
    changed = client.patch(
        address,
        {"detail": detail},
        content_type="application/json",
        headers={"If-Match": read["ETag"]},
    )
    assert changed.status_code == 200
    assert changed.json()["detail"]["plan_sent_date"] == (sent - DAY).isoformat()
    course.therapy.refresh_from_db()
    kept = course.therapy.versions.order_by("pgh_id").values_list("plan_sent_date", flat=True)
    assert list(kept) == [None, sent, sent - DAY]


def test_an_older_version_of_the_rule_is_still_read():
    """A clinic that signed it before keeps its version, and must still start."""
    (record,) = (record.record for rule, record in shipped() if rule.key == EXCEPTION)
    params = {name: record["params"][name] for name in ("check", "families", "due")}
    old = record | {
        "when": {"documented": {"plan_order_on_file": []}},
        "params": params | {"mark": "plan_sent"},
    }
    file_rules(old)
    assert [rule.key for rule in known().rulebook.rules] == [EXCEPTION]
