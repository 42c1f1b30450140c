"""A visit that took place and a result that came close what waited for them, and say so."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from tests import builders
from tests.record_builders import make_course, make_procedure, shipped_catalogue
from treatments.actions.follow_ups import step_of, write_follow_ups
from treatments.actions.orders import Findings, OrderWish, Result, enter_report, order_test
from treatments.management.catalogue_files import read_catalogue
from treatments.models import CatalogueEntry, FollowUp

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 15, tzinfo=UTC)
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


def visit(patient, clinician, *, days=0):
    """A visit of half an hour with this clinician, completed."""
    site = builders.make_site()
    resource = builders.make_clinician(site, user=clinician)
    builders.make_resource(site)
    start = NOW + days * DAY
    request = BookingRequest(
        patient, builders.make_visit_type(horizon_days=200), site, start, clinician=resource
    )
    booked = book_appointment(request=request, by=clinician, now=start - DAY)
    for step in ("arrive", "start", "complete"):
        booked = take_step(appointment=booked, step=Step(step), by=clinician, now=start)
    return booked


def after_injection(patient, doctor, *, weeks):
    done = make_procedure(patient, doctor, at=NOW - timedelta(weeks=weeks), status="signed")
    write_follow_ups(procedure=done, by=doctor, now=NOW)
    return FollowUp.objects.get(procedure=done, step="visit-4w")


def test_the_visit_that_was_due_closes_it_and_taken_back_opens_it(patient, doctor):
    """A list of what was long done is a list nobody reads."""
    due = after_injection(patient, doctor, weeks=5)
    booked = visit(patient, doctor)
    due.refresh_from_db()
    assert (due.status, due.appointment_id, due.closed_by) == ("completed", booked.pk, doctor)
    assert due.result == "Seen on Mar 1, 2027."
    # The scores that are due are asked, whoever was seen.
    assert FollowUp.objects.get(step="score-3m").status == "requested"
    undo_step(appointment=booked, by=builders.make_user(), now=NOW)
    due.refresh_from_db()
    assert (due.status, due.appointment_id, due.result) == ("requested", None, "")


@pytest.mark.parametrize("weeks", [3, 7])
def test_a_visit_outside_its_window_closes_nothing(weeks, patient, doctor):
    """Somebody who comes a week after the needle was not seen four weeks after it."""
    due = after_injection(patient, doctor, weeks=weeks)
    visit(patient, doctor)
    due.refresh_from_db()
    assert due.status == "requested"


def test_a_visit_with_somebody_else_closes_nothing(patient, doctor):
    """Who put the needle in wants to see what came of it."""
    due = after_injection(patient, doctor, weeks=5)
    other = builders.make_user(Role.PHYSICIAN)
    builders.care_for(patient, other)
    visit(patient, other)
    due.refresh_from_db()
    assert due.status == "requested"


def test_a_therapy_visit_certifies_no_plan(patient, doctor):
    """What is due in a therapy is a signature, not a visit."""
    make_course(patient, doctor, now=NOW, start_date=NOW.date())
    visit(patient, doctor)
    assert FollowUp.objects.get(step="certification").status == "requested"


def report(patient, doctor, key, *, on=NOW):
    entry = CatalogueEntry.objects.get(pk=key)
    wish = OrderWish(entry, "NSAID course", region="lumbar")
    order = order_test(patient=patient, wish=wish, by=doctor, now=NOW)
    findings = Findings(on.date(), "As expected", results=[Result(entry.name, Decimal(60))])
    return enter_report(order=order, findings=findings, by=doctor, now=NOW)


def test_the_last_of_the_results_it_needs_closes_a_laboratory_check(patient, doctor):
    """Half of the blood that was asked for does not say whether the drug is borne."""
    make_course(patient, doctor, treatment="nsaid", start_date=(NOW - 10 * DAY).date(), now=NOW)
    labs = FollowUp.objects.get(step="labs-2w")
    report(patient, doctor, "clotting")
    report(patient, doctor, "blood-count")
    labs.refresh_from_db()
    assert labs.status == "requested"
    last = report(patient, doctor, "kidney-function")
    labs.refresh_from_db()
    assert (labs.status, labs.report, labs.closed_by) == ("completed", last, doctor)
    assert labs.result == "Kidney function of Mar 1, 2027."
    assert FollowUp.objects.get(step="labs-6m").status == "requested"


def test_bone_density_closes_the_referral_for_it(patient, doctor):
    """After a fracture was filled, this is what prevents the next one."""
    done = make_procedure(
        patient, doctor, at=NOW - 9 * DAY, treatment="kyphoplasty", status="signed"
    )
    write_follow_ups(procedure=done, by=doctor, now=NOW)
    report(patient, doctor, "mri")
    assert FollowUp.objects.get(step="bone-density").status == "requested"
    report(patient, doctor, "bone-density")
    assert FollowUp.objects.get(step="bone-density").status == "completed"


def test_what_a_step_needs_is_in_the_catalogue(patient, doctor):
    """A key that nobody can order would keep a follow-up open for ever."""
    known = {entry.key for entry in read_catalogue()}
    make_course(patient, doctor, treatment="nsaid", start_date=NOW.date(), now=NOW)
    needs = {key for row in FollowUp.objects.all() for key in step_of(row).needs}
    assert needs == {"kidney-function", "blood-count"}
    assert needs <= known
