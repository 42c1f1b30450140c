"""An alarming answer reaches a physician in the transaction in which it is given."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC, TeamMember
from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Conflict, Invalid, NotAllowed, NotFound
from patients.actions.care_team import break_glass
from patients.models import CareTeamMember
from tests import builders
from tests.outcome_builders import DAY, NOW
from tests.record_builders import make_follow_up, make_procedure
from tests.rule_builders import SADDLE, file_rules
from tests.security.clients import client_of
from treatments.actions import alarms
from treatments.actions.alarms import Told, see_alarm, settle_alarm, tell_well_being
from treatments.actions.answers import answer_by_link
from treatments.models import Finding, FollowUp, Instrument, QuestionnaireResponse, WellBeing
from treatments.queries import alarms as read
from treatments.queries import follow_ups as due

pytestmark = pytest.mark.django_db
NUMB = Told(frozenset({"saddle-numbness"}), "Since last night", asked=read.ASKED)


@pytest.fixture
def call(patient, physician):
    file_rules(SADDLE)
    done = make_procedure(patient, physician, at=NOW - DAY, status="signed")
    return make_follow_up(patient, due_at=NOW + DAY, procedure=done, step="safety-call")


@override_settings(ON_CALL_EMAIL="oncall@dorsa.example")
def test_an_emergency_is_on_top_everywhere_at_once(patient, physician, call):
    """Numbness in the saddle waits for no worker: finding, desk and on call are in one write."""
    answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW)
    (alarm,) = read.alarms(physician, now=NOW)
    assert (alarm.is_emergency, alarm.said) == (True, ["Saddle numbness"])
    finding = Finding.objects.get()
    assert (finding.urgency, finding.severity, finding.state) == ("emergency", "block", "open")
    (desk,) = due.desk_list(builders.make_user(), due.Wanted(), page=list, now=NOW)
    assert desk.is_alarm
    assert "911" in desk.says
    notice = Message.objects.get()
    assert (notice.kind, notice.status, notice.due_at) == ("team_notice", "due", NOW)
    said = f"{notice.subject} {notice.body}".lower()
    assert not any(word in said for word in ("numb", patient.family_name.lower(), "saddle"))
    call.refresh_from_db()
    assert call.status == "completed"


def test_it_stays_until_a_physician_says_what_was_done(patient, physician, call):
    """Having seen it is not enough: the person is still at home."""
    alarm = answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW)
    nurse = builders.make_user(Role.NURSE)
    builders.care_for(patient, nurse)
    see_alarm(alarm=alarm, by=nurse, now=NOW)
    assert read.count_alarms(physician, now=NOW) == 1
    with pytest.raises(NotAllowed):
        settle_alarm(alarm=alarm, outcome="Told to wait", by=nurse, now=NOW)
    with pytest.raises(Invalid):
        settle_alarm(alarm=alarm, outcome=" ", by=physician, now=NOW)
    settle_alarm(alarm=alarm, outcome="Sent to the hospital", by=physician, now=NOW)
    assert read.alarms(physician, now=NOW) == []
    assert Finding.objects.get().state == "cleared"
    assert not FollowUp.objects.filter(occasion__startswith="alarm:", closed_at=None).exists()
    with pytest.raises(Conflict):
        settle_alarm(alarm=alarm, outcome="Sent to the hospital", by=physician, now=NOW)


def test_an_alarm_is_kept_though_no_rule_is_filed(patient, physician):
    """A rule that somebody switched off must not swallow what a person said."""
    asked = make_follow_up(patient, due_at=NOW + DAY, step="safety-call")
    told = Told(frozenset({"severe-headache"}))
    row = answer_by_link(follow_up=asked, told=told, scores={}, by=None, now=NOW)
    assert row.urgency == "emergency"
    assert read.count_alarms(physician, now=NOW) == 1


def test_nothing_is_half_written(patient, physician, call, monkeypatch):
    """If the on-call message cannot be written, neither is the answer: the page says so at once."""

    def fails(**_said):
        raise RuntimeError

    monkeypatch.setattr(alarms, "tell_on_call", fails)
    with pytest.raises(RuntimeError):
        answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW)
    assert not WellBeing.objects.exists()
    assert not Finding.objects.exists()


def test_all_well_closes_the_call_and_keeps_their_score(patient, physician, call):
    """Nobody is called who has already answered; the score is marked as theirs."""
    pain = Instrument.objects.get(key="nrs-now")
    told = Told(frozenset(), asked=read.ASKED)
    answer_by_link(follow_up=call, told=told, scores={pain: {"pain": 3}}, by=None, now=NOW)
    call.refresh_from_db()
    assert (call.status, call.closed_by) == ("completed", None)
    score = QuestionnaireResponse.objects.get()
    assert (score.respondent, score.entered_by, score.score) == ("patient", None, 3)
    assert (score.procedure_id, score.occasion) == (call.procedure_id, "follow_up")
    assert read.count_alarms(physician, now=NOW) == 0


def test_words_without_a_sign_wait_for_a_nurse(patient, physician, call):
    """What somebody took the trouble to write is read before it is closed."""
    told = Told(frozenset(), "The bandage itches")
    answer_by_link(follow_up=call, told=told, scores={}, by=None, now=NOW)
    call.refresh_from_db()
    assert call.status == "in_progress"
    assert "The bandage itches" in call.result


def test_the_same_press_twice_is_one_answer_and_a_later_one_counts(patient, physician, call):
    """A phone that sends twice makes one alarm; somebody who gets worse is heard again."""
    well = Told(frozenset())
    pain = Instrument.objects.get(key="nrs-now")
    for seconds in (0, 5):
        at = NOW + timedelta(seconds=seconds)
        answer_by_link(follow_up=call, told=well, scores={pain: {"pain": 3}}, by=None, now=at)
    assert (WellBeing.objects.count(), QuestionnaireResponse.objects.count()) == (1, 1)
    call.refresh_from_db()
    answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW + DAY)
    assert read.count_alarms(physician, now=NOW + DAY) == 1


def test_the_desk_may_write_down_a_problem_of_a_call_and_no_more(patient, physician, call):
    """The desk judges nothing: whatever it hears reaches a physician, and nothing else is open."""
    desk = builders.make_user()
    tell_well_being(
        patient=patient,
        told=Told(frozenset(), "He cries", told_by="call"),
        follow_up=call,
        by=desk,
        now=NOW,
    )
    assert WellBeing.objects.get().urgency == "same_day"
    labs = make_follow_up(patient, due_at=NOW, kind="lab")
    with pytest.raises(NotAllowed):
        tell_well_being(patient=patient, told=NUMB, follow_up=labs, by=desk, now=NOW)


def test_only_the_clinic_reads_a_link(patient, physician, call):
    """A forged or old token opens nothing."""
    token = read.answer_token(THE_CLINIC, call, until=NOW + DAY)
    assert read.follow_up_of_token(THE_CLINIC, token, now=NOW) == call
    for bad, at in ((token[:-2] + "xx", NOW), (token, NOW + 2 * DAY), ("none", NOW)):
        with pytest.raises(NotFound):
            read.follow_up_of_token(THE_CLINIC, bad, now=at)


def test_whoever_covers_the_night_learns_that_it_waits_and_no_more(patient, physician, call):
    """They treated none of these people: their inbox was empty, and the message led to it."""
    answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW)
    covering = builders.make_user(Role.PHYSICIAN)
    assert read.alarms(covering, now=NOW) == []
    client = client_of(covering)
    (row,) = client.get("/api/v1/alarms/of-others/").json()
    assert (row["patient"], row["urgency"]) == (str(patient.pk), "emergency")
    page = client.get("/physician/findings/").content.decode()
    assert patient.name in page
    assert NUMB.words not in page
    assert "Saddle" not in page
    break_glass(
        patient=patient,
        reason="On call: an alarming answer in the night",
        lasting=timedelta(hours=1),
        by=covering,
        now=timezone.now(),
    )
    (alarm,) = read.alarms(covering, now=timezone.now())
    assert alarm.said == ["Saddle numbness"]
    assert read.alarms_of_others(covering, now=timezone.now()) == []


def test_it_is_told_at_the_person_s_places_and_until_somebody_is_on_it(patient, physician, call):
    """Another town's physicians are not woken, and nobody is sent after what is in hand."""
    there, elsewhere = builders.make_site(), builders.make_site()
    CareTeamMember.objects.create(
        patient=patient, team=there.team, reason="booked", joined_at=NOW - DAY
    )
    alarm = answer_by_link(follow_up=call, told=NUMB, scores={}, by=None, now=NOW)
    of_there, of_elsewhere = (builders.make_user(Role.PHYSICIAN) for _ in range(2))
    TeamMember.objects.get_or_create(team=there.team, user=of_there)
    TeamMember.objects.get_or_create(team=elsewhere.team, user=of_elsewhere)
    TeamMember.objects.filter(team=there.team, user=of_elsewhere).delete()
    assert read.alarms_of_others(of_there, now=NOW) == [alarm]
    assert read.alarms_of_others(of_elsewhere, now=NOW) == []
    nurse = builders.make_user(Role.NURSE)
    assert read.alarms_of_others(nurse, now=NOW) == []
    see_alarm(alarm=alarm, by=physician, now=NOW)
    assert read.alarms_of_others(of_there, now=NOW) == []
