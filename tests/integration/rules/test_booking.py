"""The rules at the desk: what they stop is not booked, unless somebody who may says why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from patients.models import Condition
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.models import Appointment
from tests import builders, record_builders
from tests.rule_builders import CAP, DIABETES, SADDLE, file_rules, make_finding
from treatments.actions.limits import NotAllowedByRules
from treatments.models import CatalogueEntry, Finding, Override, Procedure

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
TEN = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)


class Epidurals:
    """A clinic with a room for epidurals, and somebody who had four in a year."""

    def __init__(self):
        record_builders.shipped_catalogue()
        file_rules()
        self.site = builders.make_site("UTC")
        self.clinician = builders.make_clinician(self.site)
        builders.make_resource(self.site)
        entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
        self.kind = builders.make_visit_type(30, treatment=entry, region="lumbar")
        self.clerk = builders.make_user()
        self.physician = builders.make_user(Role.PHYSICIAN)
        self.patient = builders.make_patient()
        for day in (100, 150, 200, 250):
            self.had(NOW - timedelta(days=day))

    def had(self, at, **values):
        return record_builders.make_procedure(
            self.patient, self.physician, at=at, status="signed", **values
        )

    def book(self, start_at=TEN, by=None, **changes):
        request = BookingRequest(self.patient, self.kind, self.site, start_at, **changes)
        return book_appointment(request=request, by=by or self.clerk, now=NOW)


@pytest.fixture
def epidurals():
    return Epidurals()


def test_a_fifth_epidural_in_a_year_is_refused_with_the_earliest_day(epidurals):
    """The desk must hear a day on the phone, not learn of a denial in six weeks."""
    with pytest.raises(NotAllowedByRules) as refused:
        epidurals.book()
    oldest = (NOW - timedelta(days=250)).date()
    assert refused.value.earliest == date(oldest.year + 1, oldest.month, oldest.day)
    assert CAP["desk_message"] in refused.value.sentence
    assert "epidural" not in refused.value.sentence.lower()
    assert not Appointment.objects.exists()
    assert not Finding.objects.exists()


def test_on_the_earliest_day_it_is_booked(epidurals):
    """A date that is offered and then refused is worse than none."""
    with pytest.raises(NotAllowedByRules) as refused:
        epidurals.book()
    day = refused.value.earliest
    booked = epidurals.book(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
    assert booked.pk
    assert not Finding.objects.exists()


def test_a_physician_goes_on_with_a_reason_that_stays(epidurals):
    """Who went on, why, and on what ground must be told years later."""
    booked = epidurals.book(by=epidurals.physician, override_reason="New herniation on MRI")
    finding = Finding.objects.get()
    assert (finding.rule_key, finding.severity, finding.state) == (CAP["id"], "block", "overridden")
    assert finding.subject_key == str(booked.pk)
    assert len(finding.evidence) == 4
    kept = Override.objects.get()
    assert (kept.reason, kept.by, kept.role) == (
        "New herniation on MRI",
        epidurals.physician,
        "physician",
    )


def test_the_desk_cannot_go_on(epidurals):
    """A reason typed by whoever books would be worth nothing."""
    with pytest.raises(NotAllowed):
        epidurals.book(override_reason="The doctor said so")
    with pytest.raises(Invalid):
        epidurals.book(by=epidurals.physician, override_reason="ok")
    assert not Appointment.objects.exists()


def test_an_undated_epidural_elsewhere_is_not_passed_over(epidurals):
    """What nobody knows must be said, and cannot stop by itself."""
    other = builders.make_patient()
    epidurals.patient = other
    for day in (100, 150, 200):
        epidurals.had(NOW - timedelta(days=day))
    Procedure.objects.create(
        patient=other, text="Lumbar epidural steroid injection", record_status="outside"
    )
    epidurals.book()
    finding = Finding.objects.get(patient=other)
    assert (finding.severity, finding.state) == ("warn", "open")
    assert finding.missing


def test_a_warning_is_filed_open_by_the_desk_and_seen_by_a_physician(epidurals):
    """What the desk cannot judge waits for a clinician."""
    epidurals.patient = builders.make_patient()
    Condition.objects.create(patient=epidurals.patient, text="Type 2 diabetes mellitus")
    epidurals.book(seen=frozenset({DIABETES["id"]}))
    assert Finding.objects.get().state == "open"
    Finding.objects.update(state="cleared", cleared_at=NOW)
    seen = frozenset({DIABETES["id"]})
    epidurals.book(TEN + timedelta(days=1), by=epidurals.physician, seen=seen)
    newest = Finding.objects.get(state="acknowledged")
    assert newest.acknowledged_by == epidurals.physician


def test_a_move_asks_again_and_keeps_what_was_overridden(epidurals):
    """A visit that was allowed on one day may be one too many on another."""
    epidurals.patient = builders.make_patient()
    for day in (100, 150, 200, 250):
        epidurals.had(NOW - timedelta(days=day))
    late = datetime(2027, 5, 20, 10, 0, tzinfo=UTC)
    booked = epidurals.book(late)
    with pytest.raises(NotAllowedByRules):
        move_appointment(
            appointment=booked,
            to=NewPlace(epidurals.site, TEN + timedelta(days=1)),
            by=epidurals.clerk,
            now=NOW,
        )
    moved = move_appointment(
        appointment=booked,
        to=NewPlace(epidurals.site, TEN + timedelta(days=1)),
        override_reason="Cannot walk any more",
        by=epidurals.physician,
        now=NOW,
    )
    # The desk may move it on: the same rows were counted, and the reason stands.
    move_appointment(
        appointment=moved,
        to=NewPlace(epidurals.site, TEN + timedelta(days=2)),
        by=epidurals.clerk,
        now=NOW,
    )
    assert Finding.objects.get().state == "overridden"


def test_a_visit_without_a_treatment_costs_no_query_and_one_with_it_few(epidurals):
    """Booking is the clinic's pulse: the rules may not slow it down."""
    plain = builders.make_visit_type(30)
    with CaptureQueriesContext(connection) as asked:
        epidurals.kind, treated = plain, epidurals.kind
        epidurals.book(TEN + timedelta(days=1))
    # Red flags of theirs are asked about at every booking: planned once, so it shows no text.
    assert not [q for q in asked if "treatments_" in str(q["sql"])]
    epidurals.kind, epidurals.patient = treated, builders.make_patient()
    epidurals.book(TEN + timedelta(days=2))
    with CaptureQueriesContext(connection) as with_rules:
        epidurals.book(TEN + timedelta(days=3))
    assert len(with_rules) - len(asked) <= 7


def of_no_region(epidurals):
    """A kind of visit that leaves open where the epidural is given."""
    entry = CatalogueEntry.objects.get(pk="epidural-steroid-injection")
    epidurals.kind = builders.make_visit_type(30, treatment=entry)


def test_a_visit_that_says_no_region_does_not_slip_past_the_limit(epidurals):
    """A kind of visit set up without a region must not switch the limit off."""
    of_no_region(epidurals)
    with pytest.raises(NotAllowedByRules) as refused:
        epidurals.book()
    assert "Say which region" in refused.value.sentence
    (stopped,) = refused.value.blocks
    assert stopped.missing == ("which region this visit is for",)
    with pytest.raises(NotAllowedByRules) as refused:
        epidurals.book(region="lumbar")
    assert "Say which region" not in refused.value.sentence


def test_a_visit_for_another_region_is_booked_once_that_is_said(epidurals):
    """Four lumbar epidurals are no reason against a cervical one."""
    of_no_region(epidurals)
    assert epidurals.book(region="cervical").pk
    assert not Finding.objects.exists()


def red_flag(epidurals, urgency="emergency", weight="block"):
    """What a signed consultation left: open, and of no visit."""
    return make_finding(
        epidurals.patient,
        record=SADDLE | {"urgency": urgency, "severity": weight},
        urgency=urgency,
        severity=weight,
        subject_kind="patient",
        subject_key=f"{epidurals.patient.pk}/red-flags",
    )


def test_an_open_emergency_stops_a_visit_of_any_kind_with_the_words_to_say(epidurals):
    """Somebody numb between the legs who is booked for Thursday may never walk again."""
    red_flag(epidurals)
    epidurals.kind = builders.make_visit_type(30)
    with pytest.raises(NotAllowedByRules) as refused:
        epidurals.book()
    assert "Call 911" in refused.value.sentence
    assert not Appointment.objects.exists()


def test_a_physician_who_looked_after_an_emergency_books_with_a_reason(epidurals):
    """Afterwards there must be a visit; who said so stays with the finding."""
    finding = red_flag(epidurals)
    epidurals.kind = builders.make_visit_type(30)
    with pytest.raises(NotAllowed):
        epidurals.book(override_reason="The doctor said so")
    assert epidurals.book(by=epidurals.physician, override_reason="MRI was clear last night").pk
    finding.refresh_from_db()
    assert finding.state == "overridden"
    assert Override.objects.get().reason == "MRI was clear last night"
    assert epidurals.book(TEN + timedelta(days=1)).pk


def test_what_is_for_today_is_said_and_stops_no_visit_by_itself(epidurals):
    """A visit of today may be the very thing that it asks for."""
    red_flag(epidurals, "same_day")
    epidurals.kind = builders.make_visit_type(30)
    assert epidurals.book().pk
