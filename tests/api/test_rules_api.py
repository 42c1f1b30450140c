"""Findings, the rulebook and hold plans for programs: all that the pages can, and no more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from tests import builders, record_builders
from tests.pages.test_limits import Clinic
from tests.rule_builders import (
    CAP,
    DIABETES,
    SADDLE,
    file_rules,
    make_finding,
    make_hold_plan,
    offer_rule,
)
from tests.security.clients import client_of
from treatments.models import Override, RuleEdition

pytestmark = pytest.mark.django_db
FINDINGS, RULES, PLANS = "/api/v1/findings/", "/api/v1/rules/", "/api/v1/hold-plans/"
EVIDENCE = {"kind": "procedure", "key": "7", "label": "Epidural, lumbar", "on": "2026-03-01"}


@pytest.fixture
def doctor():
    record_builders.shipped_catalogue()
    file_rules()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    patient = builders.make_patient()
    builders.care_for(patient, doctor)
    return patient


@pytest.fixture
def manager(doctor):
    return client_of(builders.make_user(Role.MANAGER))


def send(client, method, address, body, **headers):
    answer = getattr(client, method)(
        address, body, content_type="application/json", headers=headers
    )
    return answer, answer.json()


def test_a_finding_is_explained_by_rule_version_rows_window_and_source(patient, doctor):
    """“The computer says no” is no reason; a program must be able to show what was counted."""
    window = {"window_start_date": "2025-11-21", "window_end_date": "2026-11-21"}
    found = make_finding(patient, evidence=[EVIDENCE], counted="4 of 4", **window)
    told = client_of(doctor).get(f"{FINDINGS}{found.pk}/").json()
    assert (told["rule"], told["rule_version"]) == (CAP["id"], 1)
    assert told["evidence"] == [EVIDENCE]
    assert {name: told[name] for name in window} == window
    assert told["source"] == {"document": "Test policy", "confidence": "S", "note": ""}
    assert told["counted"] == "4 of 4"


def test_the_inbox_is_of_ones_own_people_and_can_be_of_one(patient, doctor):
    """What is open about somebody else's people is part of somebody else's charts."""
    client, foreign = client_of(doctor), builders.make_patient()
    another = builders.make_patient()
    builders.care_for(another, doctor)
    own = make_finding(patient)
    also = make_finding(another, record=DIABETES, on=timezone.localdate() + timedelta(days=9))
    make_finding(foreign)

    def listed(**query):
        return [row["id"] for row in client.get(FINDINGS, query).json()["results"]]

    assert listed() == [str(own.pk), str(also.pk)]
    assert listed(patient=str(patient.pk)) == [str(own.pk)]
    assert listed(severity="warn") == [str(also.pk)]
    assert listed(state="overridden") == []
    assert client.get(FINDINGS, {"patient": str(foreign.pk)}).status_code == 403
    assert client.get(FINDINGS, {"state": "lost"}).status_code == 400
    assert client.get(FINDINGS, {"who": "all"}).status_code == 400
    first = client.get(FINDINGS, {"page_size": 1}).json()
    second = client.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [str(also.pk)]
    assert ReadEvent.objects.filter(what="findings", patient_ids=[another.pk]).exists()


def test_a_finding_is_seen_or_gone_on_in_spite_of(patient, doctor):
    """One says that one looked; the other stays for ever with a reason."""
    client, found = client_of(doctor), make_finding(patient)
    warning = make_finding(patient, record=DIABETES)
    answer, told = send(client, "post", f"{FINDINGS}{warning.pk}/acknowledge/", {})
    assert (answer.status_code, told["state"]) == (200, "acknowledged")
    assert told["acknowledged_by"] == doctor.pk
    address = f"{FINDINGS}{found.pk}/"
    answer, _told = send(client, "post", f"{address}acknowledge/", {})
    assert answer.status_code == 409
    answer, _told = send(client, "post", f"{address}override/", {"reason": "x"})
    assert answer.status_code == 400
    answer, told = send(client, "post", f"{address}override/", {"reason": "New deficit on MRI"})
    assert (answer.status_code, told["state"]) == (200, "overridden")
    (said,) = told["overrides"]
    assert (said["by"], said["role"], said["reason"]) == (
        doctor.pk,
        "physician",
        "New deficit on MRI",
    )
    assert answer["ETag"] == client.get(address)["ETag"]


def test_an_override_that_is_sent_twice_is_made_once(patient, doctor):
    """A network that drops the answer must not make two reasons of one."""
    found, client = make_finding(patient), client_of(doctor)
    for _time in range(2):
        answer, _told = send(
            client,
            "post",
            f"{FINDINGS}{found.pk}/override/",
            {"reason": "New deficit on MRI"},
            idempotency_key="once",
        )
        assert answer.status_code == 200
    assert Override.objects.count() == 1


def test_what_holds_no_more_is_a_conflict(patient, doctor):
    """Nobody answers what is not asked any more."""
    found = make_finding(patient, state="cleared", cleared_at=timezone.now())
    answer, told = send(client_of(doctor), "post", f"{FINDINGS}{found.pk}/acknowledge/", {})
    assert (answer.status_code, told["code"]) == (409, "conflict")


def test_a_manager_reads_the_rulebook_and_signs_a_change(manager):
    """Whoever runs ten sites does not change a number ten times by hand."""
    listed = manager.get(RULES, {"family": "esi"}).json()
    assert [row["key"] for row in listed] == [CAP["id"]]
    assert {"path": "most", "label": "At most", "value": 4} in listed[0]["numbers"]
    address = f"{RULES}{CAP['id']}/"
    read = manager.get(address)
    change = {"numbers": {"most": "3"}, "is_on": False, "note": "Agreed by the board"}
    assert send(manager, "patch", address, change)[0].status_code == 428
    answer, told = send(manager, "patch", address, change, if_match=read["ETag"])
    assert answer.status_code == 200, told
    assert (told["version"], told["is_on"]) == (2, False)
    assert [row["version"] for row in told["versions"]] == [2, 1]
    assert told["versions"][0]["record"]["params"]["most"] == 3
    assert told["versions"][0]["note"] == "Agreed by the board"
    assert told["signed_by"] is not None
    assert told["severity"] == "block"
    answer, _told = send(manager, "patch", address, change, if_match=read["ETag"])
    assert answer.status_code == 412
    assert manager.get(RULES, {"is_on": "false"}).json()[0]["key"] == CAP["id"]
    assert manager.get(RULES, {"q": "blood sugar"}).json()[0]["key"] == DIABETES["id"]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"note": "no"},
        {"note": "Agreed by the board", "numbers": {"mst": "3"}},
        {"note": "Agreed by the board", "numbers": {"span": "a year"}},
        {"note": "Agreed by the board", "severity": "fatal"},
        {"note": "Agreed by the board", "record": {}},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change, manager):
    """A rule with a broken number would be silent, or shout at everybody."""
    answer, told = send(manager, "patch", f"{RULES}{CAP['id']}/", change, if_match="*")
    assert answer.status_code == 400, told
    assert RuleEdition.objects.filter(key=CAP["id"]).count() == 1


def test_a_rule_is_tried_on_somebody_without_reading_their_chart():
    """The manager reads no charts, and the numbers must be tried all the same."""
    clinic = Clinic()
    client = client_of(builders.make_user(Role.MANAGER))
    asked = {
        "patient": str(clinic.patient.pk),
        "treatment": "epidural-steroid-injection",
        "region": "lumbar",
    }
    address = f"{RULES}{CAP['id']}/try/"
    assert client.get(address, asked).json() == {"fires": True, "is_certain": True}
    assert client.get(address, asked | {"region": "cervical"}).json()["fires"] is False
    later = (clinic.earliest + timedelta(days=1)).isoformat()
    assert client.get(address, asked | {"on": later}).json()["fires"] is False
    for wrong in ({"treatment": "moon-dust"}, {"region": "knee"}, {"on": "soon"}, {"who": "x"}):
        assert client.get(address, asked | wrong).status_code == 400


def test_a_change_is_tried_on_the_visits_to_come_and_files_nothing():
    """A number that would stop half of next month is better known before it is signed."""
    clinic = Clinic()
    day = clinic.earliest + timedelta(days=1)
    assert clinic.post(clinic.physician, day).status_code == 302
    client = client_of(builders.make_user(Role.MANAGER))
    address = f"{RULES}{CAP['id']}/dry-run/"
    answer, told = send(client, "post", address, {"numbers": {"most": "2"}})
    assert answer.status_code == 200, told
    assert (told["looked"], told["before"], told["after"]) == (1, 0, 1)
    (flagged,) = told["differing"]
    assert (flagged["patient"], flagged["after"]) == (str(clinic.patient.pk), "block")
    assert RuleEdition.objects.filter(key=CAP["id"]).count() == 1
    for wrong in ({"numbers": {"most": "many"}}, {"numbers": {"mst": "2"}}, {"note": "Tried"}):
        assert send(client, "post", address, wrong)[0].status_code == 400


def test_an_offered_version_is_taken_over_once(manager):
    """An update overrules nobody; a manager says when it counts."""
    address = f"{RULES}{CAP['id']}/take-over/"
    answer, _told = send(manager, "post", address, {}, if_match="*")
    assert answer.status_code == 409
    offer_rule({**CAP, "message": "Worded anew."})
    assert manager.get(f"{RULES}{CAP['id']}/").json()["offered"] == 2
    answer, told = send(manager, "post", address, {}, if_match="*")
    assert (answer.status_code, told["version"], told["offered"]) == (200, 3, None)
    assert told["message"] == "Worded anew."


def test_a_plan_is_agreed_approved_and_answered_on_the_day(patient, doctor):
    """The prescriber's word, the instructions and the last doses come from three places."""
    client, plan = client_of(doctor), make_hold_plan(patient)
    listed = client.get(PLANS, {"patient": str(patient.pk)}).json()["results"]
    assert [row["id"] for row in listed] == [str(plan.pk)]
    address = f"{PLANS}{plan.pk}/"
    read = client.get(address)
    assert read.json()["drugs"][0]["label"] == "Warfarin 5 MG"
    assert "Warfarin 5 MG: take the last dose" in read.json()["draft_instructions"]
    said = {"prescriber": "Dr. Heart", "words": "By letter"}
    assert send(client, "post", f"{address}prescriber/", said)[0].status_code == 428
    answer, told = send(client, "post", f"{address}prescriber/", said, if_match=read["ETag"])
    assert (answer.status_code, told["prescriber"]) == (200, "Dr. Heart")
    stale = send(client, "post", f"{address}approve/", {"instructions": "x"}, if_match=read["ETag"])
    assert stale[0].status_code == 412
    body = {"instructions": "Last dose on Monday."}
    answer, told = send(client, "post", f"{address}approve/", body, if_match=answer["ETag"])
    assert (answer.status_code, told["approved_by"]) == (200, doctor.pk)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    body = {"last_doses": {"1": yesterday}}
    answer, told = send(client, "post", f"{address}doses/", body, if_match=answer["ETag"])
    assert (answer.status_code, told["drugs"][0]["told_last_dose"]) == (200, yesterday)
    for wrong in ({"last_doses": {"9": yesterday}}, {"last_doses": {"1": "soon"}}, {"doses": {}}):
        assert send(client, "post", f"{address}doses/", wrong, if_match="*")[0].status_code == 400


def test_a_nurse_notes_the_word_and_approves_nothing(patient, doctor):
    """What a person is told to stop is a physician's to answer for."""
    nurse = builders.make_user(Role.NURSE)
    builders.care_for(patient, nurse)
    address = f"{PLANS}{make_hold_plan(patient).pk}/"
    client = client_of(nurse)
    said = {"prescriber": "Dr. Heart"}
    assert send(client, "post", f"{address}prescriber/", said, if_match="*")[0].status_code == 200
    body = {"instructions": "Last dose on Monday."}
    assert send(client, "post", f"{address}approve/", body, if_match="*")[0].status_code == 403


def test_a_number_that_cannot_be_right_is_not_signed(manager):
    """A slip of the hand would stop every epidural of the clinic."""
    address = f"{RULES}{CAP['id']}/"
    for number, wrong in (("most", "-1"), ("span", "P0D")):
        body = {"numbers": {number: wrong}, "note": "By the new policy"}
        answer, told = send(manager, "patch", address, body, if_match="*")
        assert answer.status_code == 400
        assert number in str(told)
    assert RuleEdition.objects.filter(key=CAP["id"]).count() == 1


def test_a_rule_is_tried_on_any_day_and_one_that_cannot_be_evaluated_says_so(patient, manager):
    """A page that breaks tells the manager nothing about the rule."""
    asked = {"patient": str(patient.pk), "treatment": "epidural-steroid-injection"}
    address = f"{RULES}{CAP['id']}/try/"
    answer = manager.get(address, asked | {"on": "9999-12-31"})
    assert answer.status_code == 400
    assert "on" in answer.json()["errors"]
    file_rules(CAP | {"id": "claims-only", "is_on": False, "is_evaluable": False, "note": "Claims"})
    told = manager.get(f"{RULES}claims-only/try/", asked)
    assert (told.status_code, told.json()) == (200, {"fires": False, "is_certain": False})


def test_a_physician_reads_the_rulebook_and_signs_nothing(doctor):
    """Whoever answers for a patient may know which limits hold, and why."""
    client = client_of(doctor)
    assert CAP["id"] in [row["key"] for row in client.get(RULES).json()]
    assert client.get(f"{RULES}{CAP['id']}/").status_code == 200
    body = {"is_on": False, "note": "Not in my clinic"}
    assert send(client, "patch", f"{RULES}{CAP['id']}/", body, if_match="*")[0].status_code == 403


@pytest.mark.parametrize("body", [{"severity": "info"}, {"is_on": False}])
def test_one_signature_does_not_weaken_an_emergency(manager, body):
    """One tired click must not leave a compressed cauda equina to the desk's own judgement."""
    file_rules(CAP, SADDLE)
    address = f"{RULES}{SADDLE['id']}/"
    answer, told = send(
        manager, "patch", address, body | {"note": "It nags everybody"}, if_match="*"
    )
    assert (answer.status_code, told["code"]) == (409, "rule_not_weakened")
    answer, _told = send(
        manager, "patch", f"{RULES}{CAP['id']}/", body | {"note": "Local policy"}, if_match="*"
    )
    assert answer.status_code == 200
