"""Instruments, scores and diaries, as they are written down and read again."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.queries import OutsideCareTeam
from tests.builders import make_patient, make_user
from tests.outcome_builders import DAY, NOW, answered, block
from tests.record_builders import (
    make_event,
    make_follow_up,
    make_procedure,
    make_response,
)
from treatments.actions.adverse_events import (
    Harm,
)
from treatments.actions.outcomes import (
    ScoreAlready,
    VoidAlready,
    record_diary,
    record_response,
    record_responses,
    void_response,
)
from treatments.models import (
    CatalogueEntry,
    Instrument,
    QuestionnaireResponse,
)
from treatments.queries import adverse_events as events
from treatments.queries import follow_ups as due
from treatments.queries import scores

pytestmark = pytest.mark.django_db


def test_a_clinic_loads_what_it_has_a_licence_for_whole_or_not_at_all(physician, tmp_path):
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


def test_a_score_is_made_here_and_compared_on_one_questionnaire_only(physician, patient):
    """Relief across questionnaires would be a number without a meaning."""
    done = make_procedure(patient, physician, at=NOW - 20 * DAY, status="signed")
    for at, key, pain, occasion in (
        (NOW - 21 * DAY, "nrs-average", 8, "baseline"),
        (NOW - 6 * DAY, "nrs-average", 3, "follow_up"),
        (NOW - 5 * DAY, "nrs-now", 1, "follow_up"),
    ):
        one = answered(key, at, answers={"pain": pain}, occasion=occasion, procedure=done)
        record_response(patient=patient, answered=one, by=physician, now=NOW)
    now, later, before = scores.score_rows(physician, patient)
    assert (later.response.score, later.relief.shown, later.matters) == (3, "63 %", True)
    assert now.relief.percent is None
    assert before.before is None
    void_response(response=before.response, reason="Wrong person", by=physician, now=NOW)
    with pytest.raises(VoidAlready):
        void_response(response=before.response, reason="Again", by=physician, now=NOW)
    assert scores.score_rows(physician, patient)[1].relief.percent is None


def test_several_questionnaires_are_written_together_or_not_at_all(physician, patient):
    """Half of what was asked would look like all of it."""
    peg = answered("peg", answers={"pain": 4, "enjoyment": 5, "activity": 6})
    with pytest.raises(Invalid) as refusal:
        record_responses(
            patient=patient,
            answered=[peg, answered(answers={"pain": 11})],
            by=physician,
            now=NOW,
        )
    assert "from 0 to 10" in refusal.value.details["fields"]["pain"][0]
    assert not QuestionnaireResponse.objects.exists()
    (made,) = record_responses(patient=patient, answered=[peg], by=physician, now=NOW)
    assert made.score == Decimal(5)
    with pytest.raises(Invalid, match="Nothing is answered"):
        record_responses(patient=patient, answered=[], by=physician, now=NOW)


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
def test_a_score_that_cannot_be_is_refused(change, sentence, physician, patient):
    """A score on the wrong side of a procedure turns relief into harm."""
    whose = {"own": patient, "foreign": make_patient()}
    if "procedure" in change:
        person = whose[change["procedure"]]
        done = make_procedure(person, physician, at=NOW - 5 * DAY, status="signed")
        change = change | {"procedure": done}
    with pytest.raises(Invalid, match=sentence):
        record_response(patient=patient, answered=answered(**change), by=physician, now=NOW)


def test_who_is_not_in_the_care_team_reads_and_writes_nothing(physician, patient):
    """Scores are as private as the chart."""
    stranger = make_user(Role.PHYSICIAN)
    row = make_response(patient, 5, at=NOW)
    with pytest.raises(OutsideCareTeam):
        scores.access_response(stranger, row.pk, now=NOW)
    with pytest.raises(NotAllowed):
        record_response(
            patient=patient, answered=answered(), by=make_user(Role.FRONT_DESK), now=NOW
        )
    event = make_event(patient, physician, at=NOW)
    with pytest.raises(OutsideCareTeam):
        events.access_event(stranger, event.pk, now=NOW)
    follow_up = make_follow_up(patient, due_at=NOW, owner_role="physician")
    assert due.work_list(stranger, due.Wanted(), page=list, now=NOW) == []
    with pytest.raises(OutsideCareTeam):
        due.access_follow_up(stranger, follow_up.pk, now=NOW)


def test_a_diary_tells_whether_the_block_was_the_answer(physician, patient):
    """Two such answers decide about radiofrequency ablation."""
    done = block(patient, physician)
    found = scores.access_diary(physician, done.pk, now=NOW)
    hours = {line.hours: None for line in found.lines}
    first = dict(zip(hours, (1, 1, 0, 1, 6, 8), strict=True))
    save = {"procedure": done, "instrument": found.instrument, "by": physician, "now": NOW}
    record_diary(before=8, entries=first, **save)
    result = scores.access_diary(physician, done.pk, now=NOW).result
    assert (result.is_responder, result.hours, result.fits_agent) == (True, 4, True)
    assert len(result.rows) == 6
    # A line that is corrected is voided, the others stay as they are.
    record_diary(before=8, entries=first | {Decimal(2): 5}, **save)
    again = scores.access_diary(physician, done.pk, now=NOW).result
    assert (again.is_responder, again.hours, again.ended_by) == (False, 1, 2)
    assert QuestionnaireResponse.objects.count() == 8
    assert QuestionnaireResponse.objects.filter(voided_at__isnull=False).count() == 1


def test_a_diary_cannot_run_ahead_of_the_clock(physician, patient):
    """Pain in six hours is a guess."""
    done = block(patient, physician, at=NOW - timedelta(hours=3))
    found = scores.access_diary(physician, done.pk, now=NOW)
    with pytest.raises(Invalid, match="not 6 hours"):
        record_diary(
            procedure=done,
            instrument=found.instrument,
            before=8,
            entries={Decimal(6): 3},
            by=physician,
            now=NOW,
        )
    assert not QuestionnaireResponse.objects.exists()


def harm(**values):
    risk = CatalogueEntry.objects.get(pk=values.pop("risk", "infection"))
    known = {"onset_at": NOW - DAY, "grade": 2, "relatedness": "possible", "description": "Fever"}
    return Harm(risk=risk, **known | values)


def test_the_same_score_is_written_down_once(physician, patient):
    """Twice the same answer is one, and two answers at one time are none."""
    done = make_procedure(patient, physician, at=NOW - 20 * DAY, status="signed")
    said = {"patient": patient, "by": physician, "now": NOW}
    first = record_response(answered=answered(), **said)
    with pytest.raises(ScoreAlready, match="already"):
        record_response(answered=answered(answers={"pain": 2}), **said)
    with pytest.raises(ScoreAlready):
        record_response(answered=answered(at=NOW - timedelta(minutes=3)), **said)
    both = [answered("peg", answers={"pain": 4, "enjoyment": 5, "activity": 6}), answered()]
    with pytest.raises(ScoreAlready):
        record_responses(patient=patient, answered=both, by=physician, now=NOW)
    assert QuestionnaireResponse.objects.count() == 1, "all or none"
    # Another answer a little later, the same one hours before, and one about something else.
    later = answered(at=NOW - timedelta(minutes=3), answers={"pain": 2})
    for one in (later, answered(at=NOW - timedelta(hours=3)), answered(procedure=done)):
        record_response(answered=one, **said)
    void_response(response=first, reason="Wrong person", by=physician, now=NOW)
    record_response(answered=answered(), **said)
