"""Blood thinners before a procedure: a plan by itself, and nothing told before it is approved."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.models import MedicationStatement, PortalAccess
from scheduling.actions.look_again import look_at_changed
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from tests import builders
from tests.integration.rules.test_booking import NOW, Epidurals
from tests.security.clients import client_of
from treatments.actions.hold_plans import (
    NotAgreed,
    StalePlan,
    approve_plan,
    note_last_doses,
    note_prescriber,
)
from treatments.models import ChangedHistory, Finding, HoldPlan

pytestmark = pytest.mark.django_db
SOON = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def clinic():
    clinic = Epidurals()
    call_command("load_rules")
    clinic.patient = builders.make_patient()
    builders.care_for(clinic.patient, clinic.physician)
    return clinic


def warfarin(clinic):
    return MedicationStatement.objects.create(
        patient=clinic.patient, text="Warfarin Sodium 5 MG Oral Tablet"
    )


def test_a_booked_epidural_of_somebody_on_warfarin_gets_its_plan(clinic):
    """The last dose is days before the needle: found on the morning, it is too late."""
    drug = warfarin(clinic)
    visit = clinic.book(SOON)
    plan = HoldPlan.objects.get()
    assert (plan.appointment_id, plan.procedure_at) == (visit.pk, SOON)
    row = plan.drugs[0]
    assert (row["key"], row["last_dose_on"]) == (str(drug.pk), "2027-02-24")
    assert row["needs_inr"]
    assert row["needs_prescriber"]


def test_warfarin_that_becomes_known_later_makes_the_plan_too(clinic):
    """An import the week after the booking is how most of it becomes known."""
    clinic.book(SOON)
    assert not HoldPlan.objects.exists()
    warfarin(clinic)
    ChangedHistory.objects.update_or_create(patient=clinic.patient, defaults={"changed_at": NOW})
    look_at_changed(by="worker", now=NOW)
    assert HoldPlan.objects.get().drugs
    assert Finding.objects.filter(rule_key="anticoag-list-at-booking").exists()


def test_many_plans_cost_as_many_queries_as_one(clinic):
    """A third of all visits has a plan: a question for each of 20,000 is a night's work."""

    def asked():
        ChangedHistory.objects.bulk_create(
            [ChangedHistory(patient=visit.patient, changed_at=NOW) for visit in visits],
            ignore_conflicts=True,
        )
        with CaptureQueriesContext(connection) as queries:
            assert look_at_changed(by="worker", now=NOW).visits == len(visits)
        return len(queries)

    visits = []

    def another(days):
        clinic.patient = builders.make_patient()
        warfarin(clinic)
        visits.append(clinic.book(SOON + timedelta(days=days)))

    another(0)
    asked()
    one = asked()
    for days in range(1, 4):
        another(days)
    asked()
    assert HoldPlan.objects.count() == 4
    assert asked() == one


def agreed(plan):
    """The plan once whoever prescribes the drug agreed."""
    nurse = builders.make_user(Role.NURSE)
    return note_prescriber(
        plan=plan, revision=plan.revision, prescriber="Dr. Heart", words="Letter", by=nurse, now=NOW
    )


def test_nothing_is_told_before_a_physician_approves_and_a_move_asks_again(clinic):
    """A date told for the old day is worse than none."""
    warfarin(clinic)
    visit = clinic.book(SOON)
    plan = agreed(HoldPlan.objects.get())
    nurse = builders.make_user(Role.NURSE)
    said = {"plan": plan, "revision": plan.revision, "now": NOW}
    with pytest.raises(NotAllowed):
        approve_plan(**said, instructions="Stop on Monday.", by=nurse)
    with pytest.raises(Invalid):
        approve_plan(**said, instructions=" ", by=clinic.physician)
    approved = approve_plan(**said, instructions="Last dose Feb 24.", by=clinic.physician)
    assert approved.approved_by == clinic.physician
    with pytest.raises(StalePlan):
        approve_plan(**said, instructions="Another.", by=clinic.physician)
    to = NewPlace(clinic.site, SOON + timedelta(days=2))
    move_appointment(appointment=visit, to=to, by=clinic.clerk, now=NOW)
    plan.refresh_from_db()
    assert plan.approved_at is None
    assert plan.drugs[0]["last_dose_on"] == "2027-02-26"


def test_on_the_day_the_last_dose_is_asked_and_judged(clinic):
    """Whoever took it yesterday must not lie on the table today."""
    drug = warfarin(clinic)
    visit = clinic.book(SOON)
    plan = HoldPlan.objects.get()
    nurse = builders.make_user(Role.NURSE)
    plan = note_prescriber(
        plan=plan, revision=1, prescriber="Dr. Heart", words="Letter", by=nurse, now=NOW
    )
    with pytest.raises(Invalid):
        note_last_doses(
            plan=plan, revision=2, told={str(drug.pk): date(2028, 1, 1)}, by=nurse, now=SOON
        )
    note_last_doses(
        plan=plan, revision=2, told={str(drug.pk): date(2027, 2, 27)}, by=nurse, now=SOON
    )
    take_step(appointment=visit, step=Step.ARRIVE, by=clinic.clerk, now=SOON)
    found = {row.rule_key: row for row in Finding.objects.filter(stage="check_in")}
    assert found["anticoag-hold-unmet"].severity == "block"
    assert "anticoag-inr" in found
    # The prescriber agreed, in writing.
    assert "anticoag-prescriber-ok" not in found


def test_the_page_shows_the_plan_and_takes_what_is_said(clinic):
    """All of it in one place, for the phone call and for the morning."""
    warfarin(clinic)
    clinic.book(SOON)
    plan = agreed(HoldPlan.objects.get())
    client = client_of(clinic.physician)
    address = reverse("physician:hold-plan", args=[plan.pk])
    page = client.get(address).content.decode()
    assert "Warfarin Sodium 5 MG Oral Tablet" in page
    assert "take the last dose on Wednesday, February 24" in page
    told = {"revision": "2", "instructions": "Last dose on Wednesday, February 24."}
    answer = client.post(reverse("physician:hold-plan-approve", args=[plan.pk]), told)
    assert answer.status_code == 302
    page = client.get(address).content.decode()
    assert "It may be handed out" in page
    assert plan.treatment.name in client.get(reverse("physician:hold-plans")).content.decode()


def test_the_person_reads_what_was_approved_and_the_desk_only_that_it_was(clinic):
    """On paper it is lost; before a physician looked at it, it may be wrong."""
    warfarin(clinic)
    visit = clinic.book(SOON)
    plan = agreed(HoldPlan.objects.get())
    person, stranger = builders.make_user(Role.PATIENT), builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=person, patient=clinic.patient)
    PortalAccess.objects.create(user=stranger, patient=builders.make_patient())
    home = reverse("patient:home", args=[clinic.patient.pk])
    card = reverse("desk:visit", args=[visit.pk])

    def seen(user, address):
        return client_of(user).get(address).content.decode()

    assert "What to do with your medicines" not in seen(person, home)
    assert "Waiting for a clinician" in seen(clinic.clerk, card)
    words = "Take the last warfarin on Wednesday."
    approve_plan(
        plan=plan, revision=plan.revision, instructions=words, by=clinic.physician, now=NOW
    )
    assert words in seen(person, home)
    assert words not in seen(stranger, home)
    page = seen(clinic.clerk, card)
    assert "Approved" in page
    assert "warfarin" not in page.lower()
    # A move makes the day wrong: it is not told any more.
    HoldPlan.objects.update(approved_at=None, approved_by=None)
    assert words not in seen(person, home)


def test_nobody_is_told_to_stop_what_its_prescriber_did_not_agree_to(clinic):
    """A stent that closes because a pain clinic stopped a drug by itself is a death."""
    warfarin(clinic)
    clinic.book(SOON)
    plan = HoldPlan.objects.get()
    assert plan.drugs[0]["needs_prescriber"]
    with pytest.raises(NotAgreed) as refused:
        approve_plan(
            plan=plan, revision=1, instructions="Last dose Feb 24.", by=clinic.physician, now=NOW
        )
    assert "Warfarin" in refused.value.sentence
    told = {"revision": "1", "instructions": "Last dose on Wednesday, February 24."}
    client = client_of(clinic.physician)
    answer = client.post(reverse("physician:hold-plan-approve", args=[plan.pk]), told)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Write down first who agreed" in page
    assert "Last dose on Wednesday, February 24." in page
    plan.refresh_from_db()
    assert plan.approved_at is None


def test_what_needs_nobodys_word_is_approved_without_it(clinic):
    """A line that nobody has to fill in must not hold up the instructions."""
    warfarin(clinic)
    clinic.book(SOON)
    plan = HoldPlan.objects.get()
    plan.drugs = [row | {"needs_prescriber": False} for row in plan.drugs]
    plan.save()
    approved = approve_plan(
        plan=plan, revision=1, instructions="Last dose Feb 24.", by=clinic.physician, now=NOW
    )
    assert approved.approved_at == NOW
