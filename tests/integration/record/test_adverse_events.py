"""Harm: written down, changed by two, and reported."""

from zoneinfo import ZoneInfo

import pytest
from django.db import InternalError, ProgrammingError, transaction

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from tests.builders import make_patient, make_user
from tests.outcome_builders import DAY, NOW, TODAY
from tests.record_builders import (
    make_event,
    make_procedure,
)
from treatments.actions import procedures
from treatments.actions.adverse_events import (
    EventAlready,
    EventWithdrawn,
    Harm,
    StaleEvent,
    change_adverse_event,
    record_adverse_event,
)
from treatments.actions.event_errors import withdraw_adverse_event
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
)
from treatments.queries import adverse_events as events
from treatments.queries.chart import chart
from treatments.queries.event_report import event_report

pytestmark = pytest.mark.django_db


def harm(**values):
    risk = CatalogueEntry.objects.get(pk=values.pop("risk", "infection"))
    known = {"onset_at": NOW - DAY, "grade": 2, "relatedness": "possible", "description": "Fever"}
    return Harm(risk=risk, **known | values)


def write(patient, physician, **values):
    return record_adverse_event(
        patient=patient, harm=harm(**values), today=TODAY, by=physician, now=NOW
    )


def test_an_event_counts_its_days_from_the_procedure(physician, patient):
    """Eleven days after an injection a fever means something else than after one."""
    done = make_procedure(patient, physician, at=NOW - 12 * DAY, status="signed")
    write(patient, physician, procedure=done, grade=3)
    (row,) = events.event_rows(physician, patient)
    assert (row.days, row.is_serious) == (11, True)
    write(patient, physician, onset_at=NOW)
    assert [row.days for row in events.event_rows(physician, patient)] == [None, 11]


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
def test_an_event_that_cannot_be_is_refused(change, field, physician, patient):
    """Each with a sentence at the field it is about."""
    if change.get("procedure") == "late":
        change = {"procedure": make_procedure(patient, physician, at=NOW, status="signed")}
    elif "procedure" in change:
        done = make_procedure(make_patient(), physician, at=NOW - 9 * DAY, status="signed")
        change = {"procedure": done}
    with pytest.raises(Invalid) as refusal:
        write(patient, physician, **change)
    assert list(refusal.value.details["fields"]) == [field]


def test_two_who_change_an_event_lose_nothing(physician, patient):
    """The second gets the difference; what does not clash goes in."""
    event = write(patient, physician)
    change = {"event": event, "revision": 1, "today": TODAY, "by": physician, "now": NOW}
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


def test_the_report_counts_and_names_only_ones_own(physician, patient):
    """The manager sees rates; whose they were is for those who look after them."""
    for person in (patient, make_patient()):
        done = make_procedure(person, physician, at=NOW - 3 * DAY, status="signed")
        make_event(person, physician, at=NOW - DAY, procedure=done, grade=3)
    for _ in range(6):
        make_procedure(patient, physician, at=NOW - 3 * DAY, status="signed")
    span = {"first_date": TODAY - 30 * DAY, "last_date": TODAY}
    report = event_report(physician, **span)
    assert (report.whole.count, report.whole.serious, report.procedures) == (2, 2, 8)
    assert report.by_risk[0].per_thousand == 250
    assert report.by_treatment[0].name == "Epidural steroid injection"
    assert [row.name for row in report.by_grade] == ["3 · severe"]
    assert len(events.event_people(physician, **span, now=NOW)) == 1
    with pytest.raises(NotAllowed):
        events.event_people(make_user(Role.MANAGER), **span, now=NOW)


def test_a_manager_is_told_no_small_number(physician, patient):
    """“One, grade 4, after kyphoplasty” is a name to everybody who works here."""
    done = make_procedure(patient, physician, at=NOW - 3 * DAY, status="signed")
    for grade in (1, 1, 1, 1, 3):
        make_event(patient, physician, at=NOW - DAY, procedure=done, grade=grade)
    span = {"first_date": TODAY - 30 * DAY, "last_date": TODAY}
    report = event_report(make_user(Role.MANAGER), **span)
    assert (report.whole.shown_count, report.whole.shown_serious) == ("5", "fewer than 5")
    assert {(row.shown_count, row.per_thousand) for row in report.by_grade} == {
        ("fewer than 5", None)
    }
    assert report.by_risk[0].per_thousand == 5000
    assert {row.shown_count for row in report.apart} == {"0"}


def test_only_what_a_procedure_here_may_have_caused_is_a_rate(physician, patient):
    """A rate that counts what is not related, or another clinic's, measures nothing."""
    done = make_procedure(patient, physician, at=NOW - 3 * DAY, status="signed")
    told = procedures.OutsideProcedure(done.treatment, "", NOW - 4 * DAY)
    other = procedures.record_outside(patient=patient, told=told, by=physician, now=NOW)
    for values in (
        {"procedure": done},
        {"procedure": done, "relatedness": "unrelated"},
        {"procedure": done, "risk": "allergic-reaction"},
        {"procedure": other},
        {},
    ):
        make_event(patient, physician, at=NOW - DAY, **values)
    report = event_report(physician, first_date=TODAY - 30 * DAY, last_date=TODAY)
    assert report.procedures == 1
    by_risk = {row.name: (row.count, row.per_thousand) for row in report.by_risk}
    assert sorted(by_risk.values()) == [(1, 1000), (2, 1000)]
    assert [(row.count, row.per_thousand) for row in report.by_treatment] == [(2, 2000)]
    assert [row.count for row in report.apart] == [1, 0, 1]


def test_a_grave_allergy_after_a_procedure_here_is_counted_with_it(physician, patient):
    """An anaphylaxis to our contrast that no figure holds will happen again."""
    done = make_procedure(patient, physician, at=NOW - 3 * DAY, status="signed")
    harmed = {"risk": "allergic-reaction", "grade": 4, "relatedness": "certain"}
    make_event(patient, physician, at=NOW - 3 * DAY, procedure=done, **harmed)
    make_event(patient, physician, at=NOW - 2 * DAY, risk="allergic-reaction")
    report = event_report(physician, first_date=TODAY - 30 * DAY, last_date=TODAY)
    assert (report.whole.count, report.whole.serious) == (1, 1)
    assert [(row.count, row.serious) for row in report.by_treatment] == [(1, 1)]
    assert [row.count for row in report.apart] == [0, 1, 0]


def test_the_same_event_is_written_down_once(physician, patient):
    """Who presses twice, or after a colleague, makes two harms of one."""
    said = {"patient": patient, "today": TODAY, "by": physician, "now": NOW}
    record_adverse_event(harm=harm(), **said)
    with pytest.raises(EventAlready):
        record_adverse_event(harm=harm(description=" Fever "), **said)
    record_adverse_event(harm=harm(description="Fever again, in the night"), **said)


def test_a_draft_with_an_event_can_be_thrown_away(physician, patient):
    """Harm stays on record; a draft that cannot be thrown away is signed in the end."""
    draft = make_procedure(patient, physician, at=NOW - 3 * DAY)
    event = make_event(patient, physician, at=NOW - DAY, procedure=draft)
    procedures.discard_procedure(procedure=draft, by=physician, now=NOW)
    event.refresh_from_db()
    assert (event.procedure_id, event.revision) == (None, 2)


def test_what_was_withdrawn_harmed_nobody(physician, patient):
    """A procedure that was never done is no cause of anything."""
    gone = make_procedure(
        patient, physician, at=NOW - 3 * DAY, status="entered_in_error", error_reason="Wrong person"
    )
    with pytest.raises(Invalid, match="withdrawn"):
        record_adverse_event(
            patient=patient, harm=harm(procedure=gone), today=TODAY, by=physician, now=NOW
        )


def withdraw(event, by, reason="Wrong person"):
    return withdraw_adverse_event(event=event, reason=reason, by=by, now=NOW)


def test_an_event_in_error_leaves_every_count_and_stays_readable(physician, patient):
    """Harm that never happened keeps treatments from people; a word that vanishes, trust."""
    done = make_procedure(patient, physician, at=NOW - 3 * DAY, status="signed")
    event = write(patient, physician, procedure=done, grade=3)
    withdraw(event, physician, " Wrong person ")
    span = {"first_date": TODAY - 30 * DAY, "last_date": TODAY}
    assert event_report(physician, **span).whole.count == 0
    assert events.event_people(physician, **span, now=NOW) == []
    shown = chart(physician, patient.pk, period=None, zone=ZoneInfo("UTC"), now=NOW)
    assert shown.adverse_events == []
    (row,) = events.event_rows(physician, patient)
    assert (row.event.record_status, row.event.error_reason) == ("entered_in_error", "Wrong person")
    assert (row.event.error_by, row.event.error_at, row.event.grade) == (physician, NOW, 3)
    # What is written down instead is no repetition.
    write(patient, physician, procedure=done, grade=3)


def test_an_event_in_error_is_final(physician, patient):
    """Who could change it afterwards could make it never have been said."""
    event = write(patient, physician)
    with pytest.raises(Invalid):
        withdraw(event, physician, "  ")
    with pytest.raises(NotAllowed):
        withdraw(event, make_user(Role.FRONT_DESK))
    withdraw(event, physician)
    with pytest.raises(EventWithdrawn):
        withdraw(event, physician)
    with pytest.raises(EventWithdrawn):
        change_adverse_event(
            event=event, harm=harm(grade=1), revision=2, today=TODAY, by=physician, now=NOW
        )
    for change in ({"error_at": None, "error_by": None, "error_reason": ""}, {"grade": 1}):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            AdverseEvent.objects.filter(pk=event.pk).update(**change)


def test_a_draft_is_thrown_away_though_its_event_was_in_error(physician, patient):
    """What is final must not hold what is not."""
    draft = make_procedure(patient, physician, at=NOW - 3 * DAY)
    event = withdraw(make_event(patient, physician, at=NOW - DAY, procedure=draft), physician)
    procedures.discard_procedure(procedure=draft, by=physician, now=NOW)
    event.refresh_from_db()
    assert event.procedure_id is None
