"""What helped: one person, and all of a clinic's."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from tests.builders import make_patient, make_user
from tests.outcome_builders import DAY, NOW, TODAY, block
from tests.record_builders import (
    ibuprofen,
    make_course,
    make_procedure,
    make_response,
)
from treatments.actions.adverse_events import (
    Harm,
)
from treatments.actions.course_steps import take_course_step
from treatments.actions.courses import change_dose
from treatments.actions.outcomes import record_diary
from treatments.domain.states import CourseStatus
from treatments.models import (
    CatalogueEntry,
    Procedure,
)
from treatments.queries import scores
from treatments.queries.effects import clinic_effects, effects_for
from treatments.queries.story import timeline

pytestmark = pytest.mark.django_db


def test_what_helped_this_person(physician, patient):
    """The question of every visit: what was tried, how much did it help, and for how long?"""
    first = make_procedure(patient, physician, at=NOW - 300 * DAY, status="signed")
    second = block(patient, physician, at=NOW - 100 * DAY)
    make_procedure(patient, physician, at=NOW - 90 * DAY)  # A draft counts for nothing.
    make_response(patient, 8, at=NOW - 301 * DAY, procedure=first, occasion="baseline")
    make_response(patient, 2, at=NOW - 299 * DAY, procedure=first, occasion="after")
    make_response(patient, 4, at=NOW - 286 * DAY, procedure=first, wants_again=True)
    make_response(patient, 3, at=NOW - 200 * DAY)
    make_response(patient, 1, at=NOW - 50 * DAY, instrument="nrs-now", procedure=second)
    found = {
        effect.key: effect
        for effect in effects_for(physician, patient, zone=ZoneInfo("UTC"), now=NOW)
    }
    epidural = found["epidural-steroid-injection"]
    assert (epidural.times, epidural.best.shown, epidural.days) == (1, "63 %", 100)
    assert (epidural.holds_still, epidural.wants_again) == (True, True)
    assert found["medial-branch-block"].best.percent is None
    with CaptureQueriesContext(
        connection,
    ) as few:
        effects_for(physician, patient, zone=ZoneInfo("UTC"), now=NOW)
    assert len(few) == 4


def test_numbed_pain_is_no_state_to_begin_from(physician, patient):
    """With a block's numb hour as "before", the next treatment's success looks like harm."""
    numbing = block(patient, physician, at=NOW - 30 * DAY)
    make_response(patient, 8, at=NOW - 31 * DAY)
    soon = NOW - 30 * DAY + timedelta(hours=1)
    make_response(patient, 1, at=soon, procedure=numbing, occasion="after")
    done = make_procedure(patient, physician, at=NOW - 20 * DAY, status="signed")
    later = make_response(patient, 4, at=NOW - 6 * DAY, procedure=done, occasion="follow_up")
    found = {
        effect.key: effect
        for effect in effects_for(physician, patient, zone=ZoneInfo("UTC"), now=NOW)
    }
    assert found["epidural-steroid-injection"].best.shown == "50 %"
    rows = {row.response.pk: row for row in scores.score_rows(physician, patient)}
    assert rows[later.pk].relief.shown == "50 %"


def test_another_dose_is_no_other_time(physician, patient):
    """“Ibuprofen, two times” is read as: it was stopped, and tried again."""
    detail = ibuprofen(physician)
    old = make_course(
        patient, physician, treatment="nsaid", detail=detail, now=NOW, start_date=TODAY - 14 * DAY
    )
    more = {"order": ibuprofen(physician, "600"), "on": TODAY - 7 * DAY, "today": TODAY}
    new = change_dose(course=old, by=physician, now=NOW, **more)
    assert effects_by_key(physician, patient)["nsaid"].times == 1
    ended = {"to": CourseStatus.STOPPED, "on": TODAY - 2 * DAY, "today": TODAY, "reason": "Better"}
    take_course_step(course=new, by=physician, now=NOW, **ended)
    make_course(patient, physician, treatment="nsaid", detail=detail, now=NOW, start_date=TODAY)
    assert effects_by_key(physician, patient)["nsaid"].times == 2


def effects_by_key(physician, patient):
    found = effects_for(physician, patient, zone=ZoneInfo("UTC"), now=NOW)
    return {effect.key: effect for effect in found}


def test_the_hours_of_a_diary_count_from_the_block(physician, patient):
    """Whoever corrects when a block began must not turn full relief into none."""
    begun = NOW - 2 * DAY
    done = make_procedure(
        patient,
        physician,
        at=begun,
        treatment="medial-branch-block",
        approach="medial_branch",
        purpose="diagnostic",
        drugs=[("bupivacaine", "5")],
    )
    kept = scores.access_diary(physician, done.pk, now=NOW)
    told = dict(zip([line.hours for line in kept.lines], (0, 0, 1, 1, 4, 6), strict=True))
    record_diary(
        procedure=done, instrument=kept.instrument, before=6, entries=told, by=physician, now=NOW
    )
    Procedure.objects.filter(pk=done.pk).update(performed_at=begun + timedelta(hours=6))
    Procedure.objects.filter(pk=done.pk).update(
        record_status="signed", signed_by=physician, signed_at=NOW
    )
    on_its_page = scores.access_diary(physician, done.pk, now=NOW).result
    effect = effects_by_key(physician, patient)["medial-branch-block"]
    assert (on_its_page.peak.shown, effect.best.shown) == ("100 %", "100 %")


def test_a_score_tied_to_a_procedure_speaks_of_it(physician, patient):
    """A block done to find out must not take from an injection the relief it gave."""
    done = make_procedure(patient, physician, at=NOW - 30 * DAY, status="signed")
    make_response(patient, 8, at=NOW - 31 * DAY)
    block(patient, physician, at=NOW - 10 * DAY)
    make_response(patient, 2, at=NOW - DAY, procedure=done, occasion="follow_up")
    found = effects_by_key(physician, patient)
    assert found["epidural-steroid-injection"].best.shown == "75 %"
    assert found["medial-branch-block"].best.percent is None


def test_what_was_imported_stands_among_what_was_tried(physician, patient):
    """Who forgets the kyphoplasty of another clinic offers it again."""
    for text in ("Kyphoplasty L1", "Medication reconciliation"):
        Procedure.objects.create(
            patient=patient,
            text=text,
            record_status="outside",
            performed_at=NOW - 200 * DAY,
            source="hospital",
            source_id=text,
        )
    (effect,) = effects_for(physician, patient, zone=ZoneInfo("UTC"), now=NOW)
    assert (effect.key, effect.name, effect.elsewhere) == ("kyphoplasty", "Kyphoplasty", 1)
    lines = timeline(physician, patient.pk, period=None, zone=ZoneInfo("UTC"), now=NOW).lines
    assert [(line.kind, line.text) for line in lines] == [("Elsewhere", "Kyphoplasty L1")]


def test_the_clinic_s_figures_name_nobody_and_hide_small_numbers(physician):
    """Four people in a small town are four names."""
    for number in range(6):
        person = make_patient()
        done = make_procedure(person, physician, at=NOW - 200 * DAY, status="signed")
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


def harm(**values):
    risk = CatalogueEntry.objects.get(pk=values.pop("risk", "infection"))
    known = {"onset_at": NOW - DAY, "grade": 2, "relatedness": "possible", "description": "Fever"}
    return Harm(risk=risk, **known | values)
