"""The form of a procedure is saved by itself: what makes sense at once, what does not later."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from tests import builders
from tests.record_builders import make_procedure, shipped_catalogue
from tests.security.clients import client_of
from treatments.models import Procedure
from treatments.models.procedure_content import content_of, drugs_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    shipped_catalogue()
    physician = builders.make_user(Role.PHYSICIAN)
    patient = builders.make_patient()
    builders.care_for(patient, physician)
    return make_procedure(patient, physician, at=timezone.now() - timedelta(hours=1))


def send(draft, by=None, **changes):
    at = timezone.localtime(draft.performed_at)
    data = {
        "revision": draft.revision,
        "drugs_seen": drugs_mark(content_of(draft).drugs),
        "performer": draft.performer_id,
        "performed_at": at.strftime("%Y-%m-%dT%H:%M"),
        "status": "completed",
        "region": "lumbar",
        "levels": ["L4-L5"],
        "laterality": "midline",
        "approach": "interlaminar",
    }
    return client_of(by or draft.performer).post(
        f"/physician/procedures/{draft.pk}/draft/",
        data | changes,
        headers={"Dorsa-Autosave": "1"},
    )


STEROID = {"drugs-0-drug": "triamcinolone", "drugs-0-dose": "40", "drugs-0-dose_unit": "mg"}


def test_what_is_typed_is_saved_without_a_button(draft):
    """A tab is closed in a hurry when the next person is on the table."""
    answer = send(draft, findings="Good spread", check_consent="on", pain_before="7")
    assert answer.status_code == 200, answer.content
    draft.refresh_from_db()
    assert (draft.findings, draft.pain_before) == ("Good spread", 7)
    assert answer.json()["revision"] == draft.revision
    assert draft.checklist == {"consent": True}


def test_what_makes_no_sense_yet_costs_nothing_else(draft):
    """Half a number must not keep an hour of work from being saved."""
    answer = send(
        draft,
        findings="Good spread",
        ended_at="2001-01-01T10:00",
        device_temperature="80",
        **{"drugs-0-drug": "triamcinolone", "drugs-0-dose": "forty", "drugs-0-volume_ml": "1"},
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told["refused"]) == {"ended_at", "drugs-0-dose"}
    draft.refresh_from_db()
    assert draft.findings == "Good spread"
    assert draft.ended_at is None
    assert told["drugs_seen"] == drugs_mark(content_of(draft).drugs)
    (row,) = draft.drugs.all()
    assert (row.drug_id, row.dose, row.volume_ml) == ("triamcinolone", None, 1)


def test_what_contradicts_itself_is_named(draft):
    """A level of the neck does not lie in the low back; the findings are saved all the same."""
    answer = send(draft, findings="Good spread", levels=["C5-C6"])
    assert set(answer.json()["refused"]) == {"levels"}
    draft.refresh_from_db()
    assert (draft.findings, draft.levels) == ("Good spread", ["L4-L5"]), "left as it was"


def test_two_who_write_the_same_are_told(draft):
    """Nothing of the other's is written over by a page that nobody looks at."""
    stale = Procedure.objects.get(pk=draft.pk)
    assert send(draft, findings="Mine").status_code == 200
    answer = send(stale, findings="Yours")
    names = [{"piece": "findings", "field": "findings"}]
    assert (answer.status_code, answer.json()) == (409, {"stale": True, "names": names})
    draft.refresh_from_db()
    assert draft.findings == "Mine"


def test_what_is_signed_is_not_saved_any_more(draft):
    """A tab that was left open changes no document."""
    Procedure.objects.filter(pk=draft.pk).update(
        record_status="signed", signed_by=draft.performer, signed_at=timezone.now()
    )
    answer = send(draft, findings="Later")
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.findings == ""


def test_a_slip_in_the_cement_stops_nothing(draft):
    """Volumes are typed while the balloon is up; what was said before and beside it stays."""
    row = make_procedure(
        draft.patient,
        draft.performer,
        at=draft.performed_at,
        treatment="kyphoplasty",
        levels=("L1",),
        approach="",
        laterality="",
        device_settings={"cement_ml": {"L1": "3"}},
    )
    new = {"region": "lumbar", "laterality": "", "approach": "", "findings": "Filled"}
    answer = send(row, **new, levels=["L1", "L2"], cement_L1="30", cement_L2="4", cement_L3="2")
    assert answer.status_code == 200, answer.content
    told = answer.json()["refused"]
    assert set(told) == {"cement_L1", "cement_L3"}
    assert "between 0.1 and 15 mL" in told["cement_L1"]
    row.refresh_from_db()
    assert (row.findings, row.levels) == ("Filled", ["L1", "L2"])
    assert row.device_settings["cement_ml"] == {"L1": "3", "L2": "4"}


def test_what_another_wrote_meanwhile_comes_onto_the_page(draft):
    """Whoever saves next must not empty what they have never seen."""
    first = Procedure.objects.get(pk=draft.pk)
    assert send(draft, findings="Good spread", check_consent="on").status_code == 200
    answer = send(first, pain_before="7", check_time_out="on")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["others"]["findings"] == ["Good spread"]
    assert told["others"]["check_consent"] == ["on"]
    draft.refresh_from_db()
    assert (draft.findings, draft.pain_before) == ("Good spread", 7)
    assert draft.checklist == {"consent": True, "time_out": True}


def test_a_choice_that_is_not_made_yet_is_not_made_by_itself(draft):
    """The page that asks "yours or theirs" saves the rest, and leaves theirs until it is told."""
    assert send(draft, findings="Theirs", **STEROID).status_code == 200
    draft.refresh_from_db()
    mine = dict(STEROID) | {"drugs-0-dose": "80"}
    fresh = Procedure.objects.get(pk=draft.pk)
    answer = send(fresh, findings="Mine", pain_after="2", clash=["findings", "drugs"], **mine)
    assert answer.status_code == 200, answer.content
    assert "findings" not in answer.json()["others"]
    draft.refresh_from_db()
    assert (draft.findings, draft.pain_after, draft.drugs.get().dose) == ("Theirs", 2, 40)


def test_what_nobody_touched_is_no_change(draft):
    """A page shows no seconds; sending it back must not look like writing."""
    draft.checklist = {"inr": "1.1", "inr_at": "2026-06-01T14:00:30+00:00"}
    draft.performed_at = draft.performed_at.replace(second=30)
    draft.save()
    at = timezone.localtime(parse_datetime(draft.checklist["inr_at"])).strftime("%Y-%m-%dT%H:%M")
    answer = send(draft, check_inr="1.1", check_inr_at=at)
    assert (answer.json()["revision"], answer.json()["refused"]) == (draft.revision, {})
    again = Procedure.objects.get(pk=draft.pk)
    assert (again.checklist, again.performed_at) == (draft.checklist, draft.performed_at)


def test_whoever_did_it_may_have_left(draft):
    """A name that cannot be chosen any more must not keep the draft from being saved."""
    colleague = builders.make_user(Role.PHYSICIAN)
    builders.care_for(draft.patient, colleague)
    User.objects.filter(pk=draft.performer_id).update(is_active=False)
    answer = send(draft, by=colleague, findings="Good spread")
    assert (answer.status_code, answer.json()["refused"]) == (200, {})
    draft.refresh_from_db()
    assert (draft.findings, draft.performer.is_active) == ("Good spread", False)


def test_what_the_same_page_sent_just_before_is_no_clash(draft):
    """A page that is closed sends its last words without waiting for the answer to the first."""
    first = Procedure.objects.get(pk=draft.pk)
    assert send(draft, findings="Good spread", check_inr="1.1", **STEROID).status_code == 200
    more = {"drugs-0-dose": "80"}
    words = {"findings": "Good spread at L5", "check_inr": "1.1"}
    before = {"before": ["findings", "drugs-0-dose"], "before-findings": "Good spread"}
    told = before | {"before-drugs-0-dose": "40"}
    answer = send(first, **words, **(STEROID | more), **told)
    assert answer.status_code == 200, answer.content
    draft.refresh_from_db()
    assert (draft.findings, draft.drugs.get().dose) == ("Good spread at L5", 80)
    # What somebody else wrote is still theirs, whatever was on its way.
    answer = send(first, findings="Mine", before=["findings"], **{"before-findings": "Never sent"})
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.findings == "Good spread at L5"


def test_a_clash_names_the_field_it_stands_in(draft):
    """What both changed is held back by its field; the rest goes on being saved."""
    stale = Procedure.objects.get(pk=draft.pk)
    assert send(draft, check_inr="1.1").status_code == 200
    answer = send(stale, check_inr="1.2", findings="Good spread")
    assert answer.json()["names"] == [{"piece": "checklist.inr", "field": "check_inr"}]
    after = send(stale, check_inr="1.2", findings="Good spread", clash=["checklist.inr"])
    assert after.status_code == 200, after.content
    draft.refresh_from_db()
    assert (draft.findings, draft.checklist["inr"]) == ("Good spread", "1.1")
