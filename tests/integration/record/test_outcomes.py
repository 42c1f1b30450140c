"""Scores, diaries, harm and follow-ups, as they are written down and read again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.models import Condition
from patients.queries import OutsideCareTeam
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import (
    make_event,
    make_follow_up,
    make_plain_course,
    make_procedure,
    make_response,
    shipped_catalogue,
    shipped_instruments,
)
from treatments.actions import courses, procedures
from treatments.actions.adverse_events import (
    Harm,
    StaleEvent,
    change_adverse_event,
    record_adverse_event,
)
from treatments.actions.courses import CourseOrder
from treatments.actions.follow_ups import (
    Closed,
    FollowUpResult,
    cancel_follow_ups_of,
    close_follow_up,
    write_follow_ups,
)
from treatments.actions.outcomes import (
    Answered,
    VoidAlready,
    record_diary,
    record_response,
    record_responses,
    void_response,
)
from treatments.actions.procedures import NotReady
from treatments.domain.course_orders import TherapyOrder
from treatments.domain.procedures import Content
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    FollowUp,
    Instrument,
    Procedure,
    QuestionnaireResponse,
)
from treatments.queries import adverse_events as events
from treatments.queries import follow_ups as due
from treatments.queries import scores
from treatments.queries.effects import clinic_effects, effects_for

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor():
    shipped_catalogue()
    shipped_instruments()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(doctor):
    person = make_patient()
    care_for(person, doctor)
    return person


def answered(key="nrs-now", at=NOW, **values):
    answers = values.pop("answers", {"pain": 6})
    return Answered(Instrument.objects.get(key=key), answers, at, **values)


def block(patient, doctor, at=NOW - DAY, **values):
    """A diagnostic medial branch block with bupivacaine."""
    return make_procedure(
        patient,
        doctor,
        at=at,
        treatment="medial-branch-block",
        approach="medial_branch",
        purpose="diagnostic",
        status="signed",
        drugs=[("bupivacaine", "5")],
        **values,
    )


# Instruments.


def test_a_clinic_loads_what_it_has_a_licence_for_whole_or_not_at_all(doctor, tmp_path):
    """Half a file would leave questionnaires nobody knows about."""
    good = "{id: q, text: Q}"
    text = (
        "instruments:\n"
        "  - {key: own, version: '1', name: Own, scoring: mean, license_note: L-7, items: [%s]}\n"
        "  - {key: other, version: '1', name: Other, scoring: mean, items: [%s]}\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(text % (good, "{id: q}"))
    with pytest.raises(CommandError, match="instrument 2"):
        call_command("load_instruments", path)
    path.write_text(text % (good, good))
    with pytest.raises(CommandError, match="license_note"):
        call_command("load_instruments", path)
    assert not Instrument.objects.filter(key="own").exists()
    path.write_text((text % (good, good)).replace("name: Other", "name: Other, license_note: L-8"))
    out = StringIO()
    call_command("load_instruments", path, stdout=out)
    assert "2 new" in out.getvalue()
    path.write_text(path.read_text().replace("name: Own", "name: Owned"))
    with pytest.raises(CommandError, match="new version"):
        call_command("load_instruments", path)
    path.write_text(path.read_text().replace("version: '1', name: Owned", "version: '2', name: O"))
    call_command("load_instruments", path, stdout=StringIO())
    assert Instrument.objects.get(key="own", version="1").retired_at is not None
    call_command("load_instruments", stdout=StringIO())


# Scores.


def test_a_score_is_made_here_and_compared_on_one_questionnaire_only(doctor, patient):
    """Relief across questionnaires would be a number without a meaning."""
    done = make_procedure(patient, doctor, at=NOW - 20 * DAY, status="signed")
    for at, key, pain, occasion in (
        (NOW - 21 * DAY, "nrs-average", 8, "baseline"),
        (NOW - 6 * DAY, "nrs-average", 3, "follow_up"),
        (NOW - 5 * DAY, "nrs-now", 1, "follow_up"),
    ):
        one = answered(key, at, answers={"pain": pain}, occasion=occasion, procedure=done)
        record_response(patient=patient, answered=one, by=doctor, now=NOW)
    now, later, before = scores.score_rows(doctor, patient)
    assert (later.response.score, later.relief.shown, later.matters) == (3, "63 %", True)
    assert now.relief.percent is None
    assert before.before is None
    void_response(response=before.response, reason="Wrong person", by=doctor, now=NOW)
    with pytest.raises(VoidAlready):
        void_response(response=before.response, reason="Again", by=doctor, now=NOW)
    assert scores.score_rows(doctor, patient)[1].relief.percent is None


def test_several_questionnaires_are_written_together_or_not_at_all(doctor, patient):
    """Half of what was asked would look like all of it."""
    peg = answered("peg", answers={"pain": 4, "enjoyment": 5, "activity": 6})
    with pytest.raises(Invalid) as refusal:
        record_responses(
            patient=patient,
            answered=[peg, answered(answers={"pain": 11})],
            by=doctor,
            now=NOW,
        )
    assert "from 0 to 10" in refusal.value.details["fields"]["pain"][0]
    assert not QuestionnaireResponse.objects.exists()
    (made,) = record_responses(patient=patient, answered=[peg], by=doctor, now=NOW)
    assert made.score == Decimal(5)
    with pytest.raises(Invalid, match="Nothing is answered"):
        record_responses(patient=patient, answered=[], by=doctor, now=NOW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"at": NOW + DAY}, "in the future"),
        ({"occasion": "after"}, "Right after what"),
        ({"occasion": "diary"}, "page of its procedure"),
        ({"occasion": "baseline", "procedure": "own"}, "after the procedure began"),
        ({"occasion": "follow_up", "procedure": "own", "at": NOW - 9 * DAY}, "before the proc"),
        ({"procedure": "foreign"}, "somebody else's"),
        ({"answers": {}}, "Nothing is answered"),
    ],
)
def test_a_score_that_cannot_be_is_refused(change, sentence, doctor, patient):
    """A score on the wrong side of a procedure turns relief into harm."""
    whose = {"own": patient, "foreign": make_patient()}
    if "procedure" in change:
        person = whose[change["procedure"]]
        done = make_procedure(person, doctor, at=NOW - 5 * DAY, status="signed")
        change = change | {"procedure": done}
    with pytest.raises(Invalid, match=sentence):
        record_response(patient=patient, answered=answered(**change), by=doctor, now=NOW)


def test_who_is_not_in_the_care_team_reads_and_writes_nothing(doctor, patient):
    """Scores are as private as the chart."""
    stranger = make_user(Role.PHYSICIAN)
    row = make_response(patient, 5, at=NOW)
    with pytest.raises(OutsideCareTeam):
        scores.access_response(stranger, row.pk, now=NOW)
    with pytest.raises(NotAllowed):
        record_response(
            patient=patient, answered=answered(), by=make_user(Role.FRONT_DESK), now=NOW
        )
    event = make_event(patient, doctor, at=NOW)
    with pytest.raises(OutsideCareTeam):
        events.access_event(stranger, event.pk, now=NOW)
    follow_up = make_follow_up(patient, due_at=NOW, owner_role="physician")
    assert due.work_list(stranger, due.Wanted(), page=list, now=NOW) == []
    with pytest.raises(OutsideCareTeam):
        due.access_follow_up(stranger, follow_up.pk, now=NOW)


# Diary.


def test_a_diary_tells_whether_the_block_was_the_answer(doctor, patient):
    """Two such answers decide about radiofrequency ablation."""
    done = block(patient, doctor)
    found = scores.access_diary(doctor, done.pk, now=NOW)
    hours = {line.hours: None for line in found.lines}
    first = dict(zip(hours, (1, 1, 0, 1, 6, 8), strict=True))
    save = {"procedure": done, "instrument": found.instrument, "by": doctor, "now": NOW}
    record_diary(before=8, entries=first, **save)
    result = scores.access_diary(doctor, done.pk, now=NOW).result
    assert (result.is_responder, result.hours, result.fits_agent) == (True, 4, True)
    assert len(result.rows) == 6
    # A line that is corrected is voided, the others stay as they are.
    record_diary(before=8, entries=first | {Decimal(2): 5}, **save)
    again = scores.access_diary(doctor, done.pk, now=NOW).result
    assert (again.is_responder, again.hours, again.ended_by) == (False, 1, 2)
    assert QuestionnaireResponse.objects.count() == 8
    assert QuestionnaireResponse.objects.filter(voided_at__isnull=False).count() == 1


def test_a_diary_cannot_run_ahead_of_the_clock(doctor, patient):
    """Pain in six hours is a guess."""
    done = block(patient, doctor, at=NOW - timedelta(hours=3))
    found = scores.access_diary(doctor, done.pk, now=NOW)
    with pytest.raises(Invalid, match="not 6 hours"):
        record_diary(
            procedure=done,
            instrument=found.instrument,
            before=8,
            entries={Decimal(6): 3},
            by=doctor,
            now=NOW,
        )
    assert not QuestionnaireResponse.objects.exists()


# What helped.


def test_what_helped_this_person(doctor, patient):
    """The question of every visit: what was tried, how much did it help, and for how long?"""
    first = make_procedure(patient, doctor, at=NOW - 300 * DAY, status="signed")
    second = block(patient, doctor, at=NOW - 100 * DAY)
    make_procedure(patient, doctor, at=NOW - 90 * DAY)  # A draft counts for nothing.
    make_response(patient, 8, at=NOW - 301 * DAY, procedure=first, occasion="baseline")
    make_response(patient, 2, at=NOW - 299 * DAY, procedure=first, occasion="after")
    make_response(patient, 4, at=NOW - 286 * DAY, procedure=first, wants_again=True)
    make_response(patient, 3, at=NOW - 200 * DAY)
    make_response(patient, 1, at=NOW - 50 * DAY, instrument="nrs-now", procedure=second)
    found = {
        effect.key: effect for effect in effects_for(doctor, patient, zone=ZoneInfo("UTC"), now=NOW)
    }
    epidural = found["epidural-steroid-injection"]
    assert (epidural.times, epidural.best.shown, epidural.days) == (1, "63 %", 100)
    assert (epidural.holds_still, epidural.wants_again) == (True, True)
    assert found["medial-branch-block"].best.percent is None
    with CaptureQueriesContext(
        connection,
    ) as few:
        effects_for(doctor, patient, zone=ZoneInfo("UTC"), now=NOW)
    assert len(few) == 4


def test_numbed_pain_is_no_state_to_begin_from(doctor, patient):
    """With a block's numb hour as "before", the next treatment's success looks like harm."""
    numbing = block(patient, doctor, at=NOW - 30 * DAY)
    make_response(patient, 8, at=NOW - 31 * DAY)
    soon = NOW - 30 * DAY + timedelta(hours=1)
    make_response(patient, 1, at=soon, procedure=numbing, occasion="after")
    done = make_procedure(patient, doctor, at=NOW - 20 * DAY, status="signed")
    later = make_response(patient, 4, at=NOW - 6 * DAY, procedure=done, occasion="follow_up")
    found = {
        effect.key: effect for effect in effects_for(doctor, patient, zone=ZoneInfo("UTC"), now=NOW)
    }
    assert found["epidural-steroid-injection"].best.shown == "50 %"
    rows = {row.response.pk: row for row in scores.score_rows(doctor, patient)}
    assert rows[later.pk].relief.shown == "50 %"


def test_the_clinic_s_figures_name_nobody_and_hide_small_numbers(doctor):
    """Four people in a small town are four names."""
    for number in range(6):
        person = make_patient()
        done = make_procedure(person, doctor, at=NOW - 200 * DAY, status="signed")
        make_response(person, 8, at=NOW - 201 * DAY, procedure=done, occasion="baseline")
        make_response(person, number, at=NOW - 186 * DAY)
        if number < 4:
            make_response(person, 2, at=NOW - 110 * DAY)
    span = {"first_date": TODAY - 300 * DAY, "last_date": TODAY}
    (row,) = clinic_effects(make_user(Role.MANAGER), **span)
    assert (row.times, row.two_weeks.count) == (6, 6)
    # 100, 87.5, 75, 62.5, 50, 37.5 %: the middle, and five of six.
    assert row.two_weeks.median == Decimal("68.75")
    assert round(row.two_weeks.share, 1) == Decimal("83.3")
    assert row.three_months.median is None
    with pytest.raises(NotAllowed):
        clinic_effects(make_user(Role.NURSE), **span)


# Harm.


def harm(**values):
    risk = CatalogueEntry.objects.get(pk=values.pop("risk", "infection"))
    known = {"onset_at": NOW - DAY, "grade": 2, "relatedness": "possible", "description": "Fever"}
    return Harm(risk=risk, **known | values)


def write(patient, doctor, **values):
    return record_adverse_event(
        patient=patient, harm=harm(**values), today=TODAY, by=doctor, now=NOW
    )


def test_an_event_counts_its_days_from_the_procedure(doctor, patient):
    """Eleven days after an injection a fever means something else than after one."""
    done = make_procedure(patient, doctor, at=NOW - 12 * DAY, status="signed")
    write(patient, doctor, procedure=done, grade=3)
    (row,) = events.event_rows(doctor, patient)
    assert (row.days, row.is_serious) == (11, True)
    write(patient, doctor, onset_at=NOW)
    assert [row.days for row in events.event_rows(doctor, patient)] == [None, 11]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"onset_at": NOW + DAY}, "onset_at"),
        ({"procedure": "late"}, "onset_at"),
        ({"procedure": "foreign"}, "procedure"),
        ({"grade": 5}, "outcome"),
        ({"outcome": "fatal"}, "outcome"),
        ({"resolved_date": TODAY}, "resolved_date"),
        ({"resolved_date": TODAY + DAY, "outcome": "resolved"}, "resolved_date"),
        ({"resolved_date": TODAY - 9 * DAY, "outcome": "resolved"}, "resolved_date"),
        ({"reported_date": TODAY}, "reported_to"),
        ({"risk": "nsaid"}, "risk"),
        ({"description": "  "}, "description"),
    ],
)
def test_an_event_that_cannot_be_is_refused(change, field, doctor, patient):
    """Each with a sentence at the field it is about."""
    if change.get("procedure") == "late":
        change = {"procedure": make_procedure(patient, doctor, at=NOW, status="signed")}
    elif "procedure" in change:
        done = make_procedure(make_patient(), doctor, at=NOW - 9 * DAY, status="signed")
        change = {"procedure": done}
    with pytest.raises(Invalid) as refusal:
        write(patient, doctor, **change)
    assert list(refusal.value.details["fields"]) == [field]


def test_two_who_change_an_event_lose_nothing(doctor, patient):
    """The second gets the difference; what does not clash goes in."""
    event = write(patient, doctor)
    change = {"event": event, "revision": 1, "today": TODAY, "by": doctor, "now": NOW}
    change_adverse_event(harm=harm(outcome="recovering"), **change)
    # Another field: both stay.
    merged = change_adverse_event(harm=harm(actions_taken="Antibiotics"), **change)
    assert (merged.outcome, merged.actions_taken) == ("recovering", "Antibiotics")
    with pytest.raises(StaleEvent) as refusal:
        change_adverse_event(harm=harm(outcome="resolved"), **change)
    fields = refusal.value.details["fields"]
    assert fields == {"outcome": {"yours": "resolved", "theirs": "recovering"}}
    change["revision"] = refusal.value.details["revision"]
    kept = harm(outcome="resolved", actions_taken="Antibiotics")
    assert change_adverse_event(harm=kept, **change).revision == 4
    assert AdverseEvent.objects.get().versions.count() == 4


def test_the_report_counts_and_names_only_ones_own(doctor, patient):
    """The manager sees rates; whose they were is for those who look after them."""
    for person in (patient, make_patient()):
        done = make_procedure(person, doctor, at=NOW - 3 * DAY, status="signed")
        make_event(person, doctor, at=NOW - DAY, procedure=done, grade=3)
    for _ in range(6):
        make_procedure(patient, doctor, at=NOW - 3 * DAY, status="signed")
    span = {"first_date": TODAY - 30 * DAY, "last_date": TODAY}
    report = events.event_report(make_user(Role.MANAGER), **span)
    assert (report.total, report.serious, report.procedures) == (2, 2, 8)
    assert report.by_risk[0].per_thousand == 250
    assert report.by_treatment[0].name == "Epidural steroid injection"
    assert [row.name for row in report.by_grade] == ["3 · severe"]
    assert len(events.event_people(doctor, **span, now=NOW)) == 1
    with pytest.raises(NotAllowed):
        events.event_people(make_user(Role.MANAGER), **span, now=NOW)


# Follow-ups.


def test_signing_writes_what_is_due_once(doctor, patient):
    """A step that is written twice is done twice, or not at all."""
    Condition.objects.create(patient=patient, text="Type 2 diabetes mellitus", status="active")
    done = make_procedure(patient, doctor, at=NOW, status="signed", drugs=[("triamcinolone", "40")])
    for _ in range(2):
        rows = write_follow_ups(procedure=done, by=doctor, now=NOW)
    assert [row.step for row in rows] == [
        "safety-call",
        "glucose-call",
        "score-2w",
        "visit-4w",
        "score-3m",
        "score-6m",
        "score-12m",
    ]
    assert rows[0].due_at == NOW + 2 * DAY
    assert FollowUp.objects.count() == 7
    count = cancel_follow_ups_of(procedure=done, reason="Entered in error", by=doctor, now=NOW)
    assert count == 7


def test_a_correction_takes_over_what_hangs_on_the_first_version(doctor, patient):
    """A call that was made stays made; what is open moves to the right day."""
    first = make_procedure(patient, doctor, at=NOW - 5 * DAY, status="signed")
    call, *_rest = write_follow_ups(procedure=first, by=doctor, now=NOW)
    close_follow_up(follow_up=call, result=FollowUpResult.DONE, by=doctor, now=NOW)
    make_response(patient, 8, at=NOW - 6 * DAY, procedure=first, occasion="baseline")
    make_event(patient, doctor, at=NOW - DAY, procedure=first)
    Procedure.objects.filter(pk=first.pk).update(record_status="amended")
    values = {"replaces": first, "amendment_reason": "The day before"}
    second = make_procedure(patient, doctor, at=NOW - 6 * DAY, status="signed", **values)
    rows = write_follow_ups(procedure=second, by=doctor, now=NOW)
    assert {row.procedure_id for row in rows} == {second.pk}
    assert [row.status for row in rows][:2] == ["completed", "requested"]
    assert rows[1].earliest_at == NOW + 8 * DAY
    assert QuestionnaireResponse.objects.get().procedure_id == second.pk
    assert AdverseEvent.objects.get().procedure_id == second.pk
    assert FollowUp.objects.count() == 6


def test_a_course_writes_its_own_and_stopping_cancels_them(doctor, patient):
    """Laboratory tests of a drug that nobody takes any more are noise."""
    course = make_plain_course(patient, doctor, status="active", start_date=date(2026, 6, 1))
    rows = write_follow_ups(course=course, by=doctor, now=NOW)
    assert [row.step for row in rows] == ["labs-2w", "blood-pressure-4w", "labs-6m"]
    assert rows[0].due_at.date() == date(2026, 6, 15)
    assert cancel_follow_ups_of(course=course, reason="Stopped", by=doctor, now=NOW) == 3
    assert due.open_follow_ups(doctor, patient) == []


def test_what_is_due_is_shown_to_its_role_the_most_overdue_first(doctor, patient):
    """A nurse begins with the call that waits longest."""
    late = make_follow_up(patient, due_at=NOW - 3 * DAY)
    soon = make_follow_up(patient, due_at=NOW + timedelta(hours=2))
    later = make_follow_up(patient, due_at=NOW + 30 * DAY)
    make_follow_up(patient, due_at=NOW - 9 * DAY, owner_role="physician")

    def listed(**wanted):
        return due.work_list(doctor, due.Wanted("nurse", **wanted), page=list, now=NOW)

    assert listed() == [late, soon]
    assert listed(when="overdue") == [late]
    assert listed(when="later") == [later]
    assert listed(kind="visit") == []
    done = FollowUpResult.DONE
    missed = close_follow_up(follow_up=late, result=FollowUpResult.NO_ANSWER, by=doctor, now=NOW)
    assert (missed.status, missed.closed_at) == ("in_progress", None)
    assert listed() == [late, soon]
    with pytest.raises(Invalid, match="Say why"):
        close_follow_up(follow_up=soon, result=FollowUpResult.NOT_NEEDED, by=doctor, now=NOW)
    close_follow_up(follow_up=late, result=done, note="All well", by=doctor, now=NOW)
    assert listed(when="ended") == [late]
    with pytest.raises(Closed) as refusal:
        close_follow_up(follow_up=late, result=done, by=doctor, now=NOW)
    assert isinstance(refusal.value, Conflict)


def test_the_signature_itself_writes_what_is_due(doctor, patient):
    """Nobody has to remember it; withdrawing takes it back in the same transaction."""
    content = Content(
        performed_at=NOW,
        region="lumbar",
        levels=("L4-L5",),
        laterality="left",
        approach="interlaminar",
        purpose="therapeutic",
        checklist={"consent": True, "time_out": True, "allergies_reviewed": True},
    )
    draft = procedures.start_procedure(
        patient=patient,
        treatment=CatalogueEntry.objects.get(pk="epidural-steroid-injection"),
        performer=doctor,
        content=content,
        by=doctor,
        now=NOW,
    )
    assert not FollowUp.objects.exists()
    sign = {"by": doctor, "now": NOW + timedelta(minutes=5)}
    try:
        procedures.sign_procedure(procedure=draft, reasons={}, **sign)
    except NotReady as refusal:
        reasons = {lack["code"]: "Told so" for lack in refusal.details["lacks"]}
        procedures.sign_procedure(procedure=draft, reasons=reasons, **sign)
    assert FollowUp.objects.filter(status="requested").count() == 6
    signed = Procedure.objects.get(pk=draft.pk)
    procedures.withdraw_procedure(procedure=signed, reason="Another person", **sign)
    assert FollowUp.objects.filter(status="cancelled", result="Another person").count() == 6


def test_a_course_that_begins_writes_what_is_due(doctor, patient):
    """From its first day; and stopping it cancels what is open."""
    order = CourseOrder(
        patient,
        CatalogueEntry.objects.get(pk="physical-therapy"),
        TherapyOrder(visits_per_week=Decimal(2), visits_planned=8),
        begins=True,
    )
    course = courses.order_course(order=order, today=TODAY, by=doctor, now=NOW)
    steps = [row.step for row in due.open_follow_ups(doctor, patient)]
    assert steps == ["certification", "score-4w", "recertification"]
    step = {"on": TODAY, "today": TODAY, "by": doctor, "now": NOW}
    courses.take_course_step(course=course, to="stopped", reason="Moved away", **step)
    assert due.open_follow_ups(doctor, patient) == []
