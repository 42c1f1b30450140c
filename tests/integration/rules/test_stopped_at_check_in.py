"""Who is stopped by a rule waits: nobody brings them to the needle by pressing the next button."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict
from patients.models import MedicationStatement
from scheduling.actions.look_again import look_at_changed
from scheduling.actions.steps import take_step
from scheduling.actions.worklist import keep_anyway
from scheduling.domain.states import Step
from scheduling.models import Appointment, WorklistItem
from scheduling.queries.worklist import worklist
from tests import builders
from tests.integration.rules.test_booking import TEN, Epidurals
from tests.rule_builders import DIABETES, file_rules, make_finding
from tests.rule_examples import shipped
from tests.security.clients import client_of
from treatments.actions.findings import acknowledge_findings, override_finding
from treatments.actions.limits import NotAllowedByRules
from treatments.models import ChangedHistory, Finding, Observation

pytestmark = pytest.mark.django_db
WANTED = {"anticoag-hold-table", "anticoag-inr"}


@pytest.fixture
def clinic():
    clinic = Epidurals()
    file_rules(*(found.record for rule, found in shipped() if rule.key in WANTED))
    clinic.patient = builders.make_patient()
    clinic.visit = clinic.book()
    MedicationStatement.objects.create(patient=clinic.patient, text="Coumadin 5 MG")
    step(clinic, Step.ARRIVE)
    return clinic


def step(clinic, which, by=None):
    """The next step, by the desk."""
    by = by or clinic.clerk
    return take_step(appointment=clinic.visit, step=which, by=by, now=clinic.visit.start_at)


def status():
    return Appointment.objects.get().status


def measured(clinic, value, at):
    Observation.objects.create(
        patient=clinic.patient,
        text="INR in Platelet poor plasma",
        value=value,
        unit="{INR}",
        status="final",
        effective_at=at,
    )


def test_warfarin_without_an_inr_arrives_and_goes_no_further(clinic):
    """The steps to the room and to the needle were all taken, with a block on file."""
    assert status() == "arrived"
    with pytest.raises(NotAllowedByRules) as refused:
        step(clinic, Step.ROOM)
    with pytest.raises(NotAllowedByRules):
        step(clinic, Step.START, by=clinic.physician)
    assert status() == "arrived"
    sentence = refused.value.sentence
    assert "Do not go on" in sentence
    assert not any(word in sentence.lower() for word in ("warfarin", "inr", "coumadin"))


def test_what_stops_at_the_door_of_the_room_is_on_file_at_once(clinic):
    """The desk was told “a clinician must record it”, and no clinician had anything to open."""
    finding = Finding.objects.get(rule_key="anticoag-inr")
    Finding.objects.filter(pk=finding.pk).update(state="cleared", cleared_at=TEN)
    WorklistItem.objects.all().delete()
    ChangedHistory.objects.all().delete()
    with pytest.raises(NotAllowedByRules):
        step(clinic, Step.ROOM)
    assert status() == "arrived"
    fresh = Finding.objects.get(rule_key="anticoag-inr", state="open")
    assert WorklistItem.objects.get().appointment == clinic.visit
    override_finding(finding=fresh, reason="INR by hand: 1.1", by=clinic.physician, now=TEN)
    step(clinic, Step.ROOM)
    assert status() == "roomed"


def test_with_a_reason_of_a_physician_it_goes_on(clinic):
    """Somebody decides, and answers for it."""
    finding = Finding.objects.get(rule_key="anticoag-inr")
    override_finding(
        finding=finding, reason="INR by finger prick: 1.1", by=clinic.physician, now=TEN
    )
    step(clinic, Step.ROOM)
    step(clinic, Step.START, by=clinic.physician)
    assert status() == "in_progress"


def test_with_the_fact_recorded_it_goes_on(clinic):
    """Nobody gives a reason for what is in order."""
    measured(clinic, "1.1", TEN)
    step(clinic, Step.ROOM)
    assert status() == "roomed"
    assert Finding.objects.get(rule_key="anticoag-inr").state == "cleared"


def test_what_becomes_known_in_the_waiting_room_is_looked_at(clinic):
    """The result comes while the person sits there: board and list change by themselves."""
    measured(clinic, "1.1", TEN)
    ChangedHistory.objects.update_or_create(patient=clinic.patient, defaults={"changed_at": TEN})
    look_at_changed(by="worker", now=TEN)
    assert Finding.objects.get(rule_key="anticoag-inr").state == "cleared"
    assert worklist(clinic.clerk, now=TEN) == []


def test_the_desk_cannot_settle_it(clinic):
    """“He says fine” was written beside “Do not go on”."""
    item = WorklistItem.objects.get()
    assert "Do not go on" in item.reason
    with pytest.raises(Conflict):
        keep_anyway(item=item, reason="he says fine", by=clinic.clerk, now=TEN)
    answer = client_of(clinic.clerk).post(
        reverse("desk:keep", args=[item.pk]), {"reason": "he says fine"}
    )
    assert answer.status_code == 409
    assert WorklistItem.objects.get().resolved_at is None


def test_it_stays_on_the_list_when_its_hour_has_passed(clinic):
    """Who still waits at eleven for ten is not settled by the clock."""
    late = clinic.visit.end_at + timedelta(hours=1)
    assert [entry.is_stopped for entry in worklist(clinic.clerk, now=late)] == [True]


def test_board_list_queue_and_visit_show_it_by_word_and_sign(clinic, settings, monkeypatch):
    """The next button is pressed where it is shown, so the word stands beside it."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TEN)
    client = client_of(clinic.clerk)
    day = {"day": TEN.date().isoformat(), "site": clinic.site.pk}
    page = client.get(reverse("desk:board"), day | {"view": "list"}).content.decode()
    assert "Stopped" in page
    assert "#alert" in page
    # On a card it stands where the state does: the lines below are cut off where a card is short.
    page = client.get(reverse("desk:board"), day | {"view": "columns"}).content.decode()
    assert "<i class=stopped>Stopped</i>" in page
    page = client.get(reverse("desk:visit", args=[clinic.visit.pk])).content.decode()
    assert "Do not go on" in page
    assert "Coumadin" not in page


def test_who_presses_the_next_step_reads_why_not_on_the_page_of_the_visit(clinic, monkeypatch):
    """A page of its own said “Not on this day”, and led nowhere."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TEN)
    press = {"room": str(clinic.visit.pk)}
    answer = client_of(clinic.clerk).post(reverse("desk:act"), press)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A rule stops this visit" in page
    assert reverse("physician:chart", args=[clinic.visit.patient_id]) not in page
    nurse = builders.make_user(Role.NURSE)
    page = client_of(nurse).post(reverse("desk:act"), press).content.decode()
    assert reverse("physician:chart", args=[clinic.visit.patient_id]) in page


@pytest.mark.parametrize("where", ["desk:step", "desk:queue-step"])
def test_so_do_who_press_it_on_the_list_and_in_the_queue(clinic, monkeypatch, where):
    """Without scripts too: the reason, and the way to whoever can go on."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TEN)
    address = reverse(where, args=[clinic.visit.pk])
    answer = client_of(clinic.clerk).post(address, {"step": "room"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A rule stops this visit" in page
    assert f'action="{reverse("desk:act")}' in page or "Do not go on" in page
    assert status() == "arrived"


def test_a_clinician_reads_it_on_their_day(clinic, monkeypatch):
    """Between two patients nobody goes back from an error page."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TEN)
    doctor = builders.make_user(Role.PHYSICIAN)
    resource = clinic.visit.reservations.get(resource__kind="clinician").resource
    resource.user = doctor
    resource.save()
    address = reverse("physician:step", args=[clinic.visit.pk])
    answer = client_of(doctor).post(address, {"step": "room"}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == reverse("physician:day")
    (told,) = answer.context["messages"]
    assert told.level_tag == "error"
    assert status() == "arrived"


def test_the_api_refuses_as_the_page_does(clinic, monkeypatch):
    """Another system at the door is stopped like the desk."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TEN)
    address = f"/api/v1/appointments/{clinic.visit.pk}/steps/"
    answer = client_of(clinic.clerk).post(
        address, {"step": "room"}, content_type="application/json"
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_allowed_by_rules"


def test_what_stops_is_not_acknowledged():
    """A nurse's “seen” took a block away without a reason."""
    patient, nurse = builders.make_patient(), builders.make_user(Role.NURSE)
    block = make_finding(patient)
    with pytest.raises(Conflict):
        acknowledge_findings(findings=[block], by=nurse, now=TEN)
    warn = make_finding(patient, record=DIABETES)
    acknowledge_findings(findings=[block, warn], by=nurse, now=TEN)
    states = dict(Finding.objects.values_list("severity", "state"))
    assert states == {"block": "open", "warn": "acknowledged"}
