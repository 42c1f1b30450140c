"""History changes after a visit is booked: it is looked at again, and never cancelled by itself."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Condition, MedicationStatement
from scheduling.actions.look_again import begin_run, continue_run, look_at_changed
from scheduling.actions.steps import take_step, undo_step
from scheduling.domain.states import Step
from scheduling.models import Appointment, RuleRun, WorklistItem
from scheduling.queries.worklist import worklist
from tests import builders, record_builders
from tests.integration.rules.test_booking import NOW, TEN, Epidurals
from tests.rule_builders import DIABETES, SADDLE, TWO_NSAIDS, file_rules
from treatments.actions.findings import acknowledge_findings, override_finding
from treatments.actions.limits import NotAllowedByRules
from treatments.actions.procedures import OutsideProcedure, record_outside
from treatments.models import CatalogueEntry, ChangedHistory, Finding

pytestmark = pytest.mark.django_db
SOON = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def clinic():
    clinic = Epidurals()
    clinic.patient = builders.make_patient()
    for day in (100, 150, 200):
        clinic.had(NOW - timedelta(days=day))
    clinic.visit = clinic.book(SOON)
    ChangedHistory.objects.all().delete()
    return clinic


def outside(clinic, on):
    told = OutsideProcedure(
        treatment=CatalogueEntry.objects.get(pk="epidural-steroid-injection"),
        text="",
        on=on,
        region="lumbar",
    )
    record_outside(patient=clinic.patient, told=told, by=clinic.physician, now=NOW)


def test_an_epidural_elsewhere_puts_the_coming_one_on_the_worklist(clinic):
    """The fourth was done across town: who waits for the fifth must be called."""
    outside(clinic, NOW - timedelta(days=20))
    look_at_changed(by="worker", now=NOW)
    finding = Finding.objects.get()
    assert (finding.severity, finding.state, finding.found_by) == ("block", "open", None)
    item = WorklistItem.objects.get()
    assert (item.kind, item.appointment) == ("rule", clinic.visit)
    assert item.reason == finding.desk_message
    assert Appointment.objects.get().status == "booked"
    assert not ChangedHistory.objects.exists()


def test_looking_twice_finds_nothing_new(clinic):
    """A list that repeats itself is not read."""
    outside(clinic, NOW - timedelta(days=20))
    look_at_changed(by="worker", now=NOW)
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    done = look_at_changed(by="worker", now=NOW)
    assert (done.visits, done.found, done.cleared) == (1, 0, 0)
    assert WorklistItem.objects.count() == 1


def test_what_a_clinician_has_seen_leaves_the_worklist(clinic):
    """The desk works off a list; what is settled must go by itself."""
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus type 2")
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    assert [entry.item.kind for entry in worklist(clinic.clerk, now=NOW)] == ["rule"]
    acknowledge_findings(findings=[Finding.objects.get()], by=clinic.physician, now=NOW)
    assert worklist(clinic.clerk, now=NOW) == []


def test_what_holds_no_more_is_cleared(clinic):
    """A finding about a history that was corrected would be obeyed for nothing."""
    problem = Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    problem.status = "inactive"
    problem.save()
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    assert look_at_changed(by="worker", now=NOW).cleared == 1
    assert Finding.objects.get().state == "cleared"


def test_a_second_anti_inflammatory_from_elsewhere_is_found(clinic):
    """Nobody here ordered it, so nobody here was asked."""
    for name in ("Ibuprofen 400 MG Oral Tablet", "Naproxen 500 MG Oral Tablet"):
        MedicationStatement.objects.create(patient=clinic.patient, text=name)
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    finding = Finding.objects.get()
    assert (finding.rule_key, finding.subject_kind) == ("nsaid-one-at-a-time", "patient")


def test_what_is_stopped_today_is_nobodys_to_answer_today(clinic):
    """One of the two was stopped because of it: the list must not ask for it any more."""
    lines = [
        MedicationStatement.objects.create(patient=clinic.patient, text=name)
        for name in ("Ibuprofen 400 MG Oral Tablet", "Naproxen 500 MG Oral Tablet")
    ]
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    lines[0].status, lines[0].end_date = "stopped", NOW.date()
    lines[0].save()
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    assert Finding.objects.get().state == "cleared"


def test_the_night_looks_at_what_was_taken_until_yesterday(clinic):
    """Nothing becomes known when the last day of a medicine passes; the finding must go."""
    tomorrow = NOW.date() + timedelta(days=1)
    for name, end in (("Ibuprofen 400 MG Oral Tablet", None), ("Naproxen 500 MG", tomorrow)):
        MedicationStatement.objects.create(patient=clinic.patient, text=name, end_date=end)
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    assert Finding.objects.get().state == "open"
    later = NOW + timedelta(days=2)
    assert begin_run(by="worker", now=later)
    look_at_changed(by="worker", now=later)
    assert Finding.objects.get().state == "cleared"


def test_what_only_informs_is_filed_about_medicines_alone(clinic):
    """Prescribed in three places and asked about in none: an unconfirmed rule is read here too."""
    file_rules(TWO_NSAIDS | {"severity": "info"}, DIABETES | {"severity": "info"})
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    for name in ("Ibuprofen 400 MG Oral Tablet", "Naproxen 500 MG Oral Tablet"):
        MedicationStatement.objects.create(patient=clinic.patient, text=name)
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    finding = Finding.objects.get()
    assert (finding.rule_key, finding.severity) == ("nsaid-one-at-a-time", "info")
    assert not WorklistItem.objects.exists()


def test_the_night_looks_at_every_coming_visit_once(clinic, monkeypatch):
    """A run that is cut short goes on; one that is started twice is one."""
    monkeypatch.setattr("scheduling.actions.look_again.BATCH", 2)
    for day in range(4):
        clinic.patient = builders.make_patient()
        Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
        clinic.book(SOON + timedelta(days=day + 1))
    assert begin_run(by="worker", now=NOW)
    assert begin_run(by="worker", now=NOW) is None
    while (run := continue_run(by="worker", now=NOW)) and run.is_open:
        pass
    done = RuleRun.objects.get()
    assert (done.looked, done.total, done.is_open) == (5, 5, False)
    # They were found when they were booked.
    assert done.found == 0
    assert begin_run(by="worker", now=NOW + timedelta(hours=1)) is None
    assert begin_run(by="worker", now=NOW + timedelta(hours=24))


def test_a_cancelled_visit_has_no_findings(clinic):
    """An inbox full of what will not take place is not read."""
    Condition.objects.create(patient=clinic.patient, text="Diabetes mellitus")
    ChangedHistory.objects.create(patient=clinic.patient, changed_at=NOW)
    look_at_changed(by="worker", now=NOW)
    take_step(appointment=clinic.visit, step=Step.CANCEL, by=clinic.clerk, now=NOW)
    assert Finding.objects.get().state == "cleared"
    undo_step(appointment=clinic.visit, by=clinic.clerk, now=NOW)
    look_at_changed(by="worker", now=NOW)
    assert Finding.objects.filter(state="open").count() == 1


def test_a_cancelled_visit_comes_back_only_if_the_limits_let_it(clinic):
    """Taken back, it would be the fifth: the desk must hear it now, not the insurer in June."""
    take_step(appointment=clinic.visit, step=Step.CANCEL, by=clinic.clerk, now=NOW)
    outside(clinic, NOW - timedelta(days=20))
    with pytest.raises(NotAllowedByRules) as refused:
        undo_step(appointment=clinic.visit, by=clinic.clerk, now=NOW)
    assert refused.value.earliest > SOON.date()
    assert Appointment.objects.get().status == "cancelled"


def test_what_a_physician_went_on_in_spite_of_comes_back(clinic):
    """A visit cancelled by mistake needs no second reason for the same rows."""
    outside(clinic, NOW - timedelta(days=20))
    look_at_changed(by="worker", now=NOW)
    finding = Finding.objects.get()
    override_finding(finding=finding, reason="Foot drop", by=clinic.physician, now=NOW)
    take_step(appointment=clinic.visit, step=Step.CANCEL, by=clinic.clerk, now=NOW)
    assert undo_step(appointment=clinic.visit, by=clinic.clerk, now=NOW).status == "booked"


def test_an_operator_sees_how_far_it_is(clinic):
    """A command that says nothing for a minute is stopped."""
    told = StringIO()
    call_command("look_again", stdout=told)
    assert told.getvalue().startswith("0 of 0 visits") or "1 of 1 visits" in told.getvalue()


def test_many_visits_cost_as_many_queries_as_one(clinic):
    """Twenty thousand visits in a minute leave no time for a question each."""

    def asked():
        ChangedHistory.objects.update_or_create(
            patient=clinic.patient, defaults={"changed_at": NOW}
        )
        with CaptureQueriesContext(connection) as queries:
            look_at_changed(by="worker", now=NOW)
        return len(queries)

    asked()
    one = asked()
    for day in range(3):
        Appointment.objects.create(
            patient=clinic.patient,
            visit_type=clinic.kind,
            site=clinic.site,
            start_at=TEN + timedelta(days=500 + day),
            end_at=TEN + timedelta(days=500 + day, minutes=30),
            status_at=NOW,
            booked_by=clinic.clerk,
        )
    asked()
    assert asked() == one


def test_a_red_flag_of_a_signed_record_is_filed_though_nothing_is_booked(clinic):
    """Answered “yes” on Monday, it was said to nobody when a follow-up was booked on Tuesday."""
    file_rules(SADDLE)
    person = builders.make_patient()
    record_builders.make_consultation(
        person,
        clinic.physician,
        at=NOW - timedelta(days=1),
        record_status="signed",
        signed_by=clinic.physician,
        signed_at=NOW - timedelta(days=1),
        red_flags={"saddle-numbness": "yes"},
    )
    ChangedHistory.objects.get_or_create(patient=person, defaults={"changed_at": NOW})
    look_at_changed(by="worker", now=NOW)
    found = Finding.objects.get(patient=person)
    assert (found.rule_key, found.urgency, found.state) == (SADDLE["id"], "emergency", "open")
    clinic.patient, clinic.kind = person, builders.make_visit_type(30)
    with pytest.raises(NotAllowedByRules):
        clinic.book()
