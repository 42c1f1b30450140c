"""Courses of treatment: ordered whole or refused, followed step by step, and never rewritten."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.models import MedicationStatement
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import ibuprofen, make_course, make_procedure, shipped_catalogue
from treatments.actions.course_rows import OverMaximum
from treatments.actions.courses import (
    CourseChange,
    CourseOrder,
    CourseStepRefused,
    change_course,
    change_dose,
    order_course,
    take_course_step,
)
from treatments.actions.documents import StaleDraft
from treatments.actions.visits import (
    Visit,
    VisitThereAlready,
    record_self_care,
    record_visit,
    void_visit,
)
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import ProceduralOrder, ReferralOrder, TherapyOrder
from treatments.domain.states import COURSE_STEPS, CourseStatus
from treatments.models import (
    CatalogueEntry,
    FollowUp,
    ReferralDetail,
    TherapyVisit,
    TreatmentCourse,
    VisitOutcome,
)
from treatments.queries.courses import course_view, therapies_in_care, treatments_to_order

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
TODAY = NOW.date()
WEEK = timedelta(days=7)


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient()
    care_for(person, physician)
    return person


def step(course, to, by, *, on=TODAY, reason=""):
    return take_course_step(
        course=course, to=CourseStatus(to), on=on, today=TODAY, reason=reason, by=by, now=NOW
    )


def field_of(error):
    (field,) = error.value.details["fields"]
    return field


def test_a_course_tells_every_step(patient, physician):
    """Whoever reads the chart next year asks why it was stopped, and when."""
    course = make_course(patient, physician, now=NOW, begins=False)
    step(course, "active", physician)
    with pytest.raises(Invalid) as error:
        step(course, "paused", physician)
    assert field_of(error) == "reason"
    step(course, "paused", physician, reason="Flu")
    step(course, "active", physician)
    course = step(course, "stopped", physician, reason="No better")
    assert (course.start_date, course.end_date) == (TODAY, TODAY)
    told = [(event.from_status, event.to_status, event.reason) for event in course.events.all()]
    assert told == [
        ("", "planned", ""),
        ("planned", "active", ""),
        ("active", "paused", "Flu"),
        ("paused", "active", ""),
        ("active", "stopped", "No better"),
    ]


@pytest.mark.parametrize("source", CourseStatus)
@pytest.mark.parametrize("to", CourseStatus)
def test_only_the_table_moves_a_course(source, to, patient, physician):
    """A completed course that runs again would be counted twice."""
    course = make_course(patient, physician, now=NOW)
    TreatmentCourse.objects.filter(pk=course.pk).update(status=source, status_reason="x")
    if to in COURSE_STEPS[source]:
        assert step(course, to, physician, reason="y").status == to
    else:
        with pytest.raises(CourseStepRefused, match=source.value):
            step(course, to, physician, reason="y")


@pytest.mark.parametrize(
    ("on", "to"), [(TODAY + timedelta(days=1), "stopped"), (TODAY - WEEK, "completed")]
)
def test_a_step_lies_between_the_beginning_and_today(on, to, patient, physician):
    """An end before the start, or in the future, is a slip."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - timedelta(days=2))
    with pytest.raises(Invalid) as error:
        step(course, to, physician, on=on, reason="x")
    assert field_of(error) == "on"


def test_what_was_only_planned_was_never_begun(patient, physician):
    """A chart that tells of a treatment nobody had sends the next physician past it."""
    had = make_course(patient, physician)
    make_course(patient, physician, treatment="tens", begins=False, start_date=TODAY)
    referred = make_course(patient, physician, treatment="fusion")
    declined = make_course(patient, physician, treatment="acupuncture", begins=False)
    take_course_step(
        course=declined,
        to=CourseStatus.STOPPED,
        on=TODAY,
        today=TODAY,
        reason="Declined",
        by=physician,
        now=NOW,
    )
    assert set(TreatmentCourse.objects.begun()) == {had}
    ReferralDetail.objects.filter(course=referred).update(performed_date=TODAY)
    assert set(TreatmentCourse.objects.begun()) == {had, referred}


def test_a_medication_follows_into_the_list_of_what_a_person_takes(patient, physician):
    """The next prescriber reads the list, not our courses."""
    course = make_course(patient, physician, treatment="nsaid", now=NOW, begins=False)
    assert not MedicationStatement.objects.exists()
    step(course, "active", physician)
    line = MedicationStatement.objects.get()
    assert (line.text, line.status) == ("Ibuprofen 200 mg", "active")
    assert line.dosage == "400 mg oral, 3 times a day"
    assert (line.patient, line.start_date, line.end_date) == (patient, TODAY, None)
    for to, status in (("paused", "on-hold"), ("active", "active"), ("completed", "completed")):
        step(course, to, physician, reason="x")
        line.refresh_from_db()
        assert line.status == status
    assert line.end_date == TODAY
    assert MedicationStatement.objects.count() == 1


def test_a_dose_above_the_maximum_needs_a_reason_that_stays(patient, physician):
    """A slip of a zero must not pass; a decision must, and says why."""
    much = ibuprofen(physician, "1200", quantity=None)
    with pytest.raises(OverMaximum) as error:
        make_course(patient, physician, treatment="nsaid", detail=much, now=NOW)
    assert (error.value.details["daily"], error.value.details["maximum"]) == ("3600 mg", "3200 mg")
    reasoned = replace(much, over_maximum_reason="Rheumatologist asks for it")
    course = make_course(patient, physician, treatment="nsaid", detail=reasoned, now=NOW)
    assert course.medication.over_maximum_reason == "Rheumatologist asks for it"
    # Without a prescription the limit is lower.
    bought = replace(ibuprofen(physician, "600"), is_over_the_counter=True, prescriber_id=None)
    with pytest.raises(OverMaximum, match="1200 mg"):
        make_course(patient, physician, treatment="nsaid", detail=bought, now=NOW)
    # A reason that is not needed is not kept.
    idle = ibuprofen(physician, over_maximum_reason="just in case")
    course = make_course(patient, physician, treatment="nsaid", detail=idle, now=NOW)
    assert course.medication.over_maximum_reason == ""


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("dose", {"dose": Amount(Decimal(2), Unit.MILLILITRE)}),
        ("dose", {"dose": Amount(Decimal(400), Unit.GRAM)}),
        ("dose", {"doses_per_day": Decimal(90)}),
        ("dose", {"quantity": Decimal(5000), "refills": 5}),
        ("dose", {"quantity": None, "refills": 2}),
        ("route", {"route": "epidural"}),
        ("drug", {"drug": "triamcinolone"}),
        ("drug", {"drug": "no-such-drug"}),
        ("prescriber", {"prescriber_id": None}),
    ],
)
def test_a_prescription_that_makes_no_sense_is_refused(field, change, patient, physician):
    """Each of these has been written somewhere, and read as it stood."""
    order = replace(ibuprofen(physician), **change)
    with pytest.raises(Invalid) as error:
        make_course(patient, physician, treatment="nsaid", detail=order, now=NOW)
    assert field_of(error) == field
    assert not TreatmentCourse.objects.exists()


@pytest.mark.parametrize(
    ("treatment", "detail", "field"),
    [
        ("epidural-steroid-injection", ProceduralOrder("lumbar", ("C4-C5",)), "levels"),
        ("epidural-steroid-injection", ProceduralOrder("lumbar", ("L9",)), "levels"),
        ("epidural-steroid-injection", ProceduralOrder("elbow"), "region"),
        ("medial-branch-block", ProceduralOrder("sacral"), "region"),
        ("epidural-steroid-injection", ProceduralOrder("lumbar", approach="balloon"), "approach"),
        ("physical-therapy", TherapyOrder(Decimal(0), 12), "visits_per_week"),
        ("physical-therapy", TherapyOrder(Decimal(2), 12, discipline="massage"), "discipline"),
        (
            "physical-therapy",
            TherapyOrder(Decimal(2), 12, certified_start_date=TODAY),
            "certified_end_date",
        ),
        (
            "physical-therapy",
            TherapyOrder(
                Decimal(2),
                12,
                certified_start_date=TODAY,
                certified_end_date=TODAY + timedelta(days=91),
            ),
            "certified_end_date",
        ),
    ],
)
def test_other_forms_are_checked_as_well(treatment, detail, field, patient, physician):
    """A level outside the region, an end before a start: refused with the field to correct."""
    with pytest.raises(Invalid) as error:
        make_course(patient, physician, treatment=treatment, detail=detail, now=NOW)
    assert field_of(error) == field


def test_levels_are_kept_from_the_neck_down(patient, physician):
    """Two charts that say the same must look the same."""
    detail = ProceduralOrder("lumbar", ("L5-S1", "L4-L5"), "left", "interlaminar", 3)
    course = make_course(
        patient, physician, treatment="epidural-steroid-injection", detail=detail, now=NOW
    )
    assert course.procedural.levels == ["L4-L5", "L5-S1"]


def test_dates_in_the_wrong_order_are_refused(patient, physician):
    """A course that ends before it begins was never given."""
    with pytest.raises(Invalid) as error:
        make_course(patient, physician, now=NOW, start_date=TODAY, end_date=TODAY - WEEK)
    assert field_of(error) == "end_date"
    with pytest.raises(Invalid) as error:
        make_course(patient, physician, now=NOW, start_date=TODAY + WEEK)
    assert field_of(error) == "start_date"
    assert make_course(patient, physician, now=NOW, start_date=TODAY + WEEK, begins=False)


def test_a_new_dose_is_a_new_course_that_follows_the_old(patient, physician):
    """What was given until yesterday stays as it was given."""
    old = make_course(patient, physician, treatment="nsaid", now=NOW, start_date=TODAY - WEEK)
    new = change_dose(
        course=old, order=ibuprofen(physician, "600"), on=TODAY, today=TODAY, by=physician, now=NOW
    )
    old.refresh_from_db()
    assert (old.status, old.status_reason) == ("stopped", "Dose changed")
    assert (old.end_date, new.start_date) == (TODAY - timedelta(days=1), TODAY)
    assert (new.follows, new.status, new.medication.dose) == (old, "active", 600)
    lines = MedicationStatement.objects.order_by("id").values_list("status", "dosage")
    assert list(lines) == [
        ("stopped", "400 mg oral, 3 times a day"),
        ("active", "600 mg oral, 3 times a day"),
    ]
    with pytest.raises(CourseStepRefused):
        change_dose(
            course=old, order=ibuprofen(physician), on=TODAY, today=TODAY, by=physician, now=NOW
        )


def test_a_refused_dose_leaves_the_old_one_running(patient, physician):
    """Half of it done would leave the person without any."""
    old = make_course(patient, physician, treatment="nsaid", now=NOW)
    with pytest.raises(OverMaximum):
        change_dose(
            course=old,
            order=ibuprofen(physician, "1600"),
            on=TODAY,
            today=TODAY,
            by=physician,
            now=NOW,
        )
    old.refresh_from_db()
    assert (old.status, TreatmentCourse.objects.count()) == ("active", 1)


def test_the_second_writer_gets_the_difference(patient, physician):
    """Two people in one chart: neither overwrites the other unseen."""
    course = make_course(patient, physician, now=NOW)

    def change(goal, planned, revision):
        detail = replace(course.order, visits_planned=planned)
        return change_course(
            course=course,
            change=CourseChange(detail, goal=goal, start_date=TODAY),
            revision=revision,
            today=TODAY,
            by=physician,
            now=NOW,
        )

    read_at = course.revision
    first = change("Walk a mile", 10, read_at)
    with pytest.raises(StaleDraft) as error:
        change("Climb stairs", 10, read_at)
    assert error.value.details["fields"] == {
        "goal": {"yours": "Climb stairs", "theirs": "Walk a mile"}
    }
    again = change("Climb stairs", 10, error.value.details["revision"])
    assert (again.goal, again.therapy.visits_planned) == ("Climb stairs", 10)
    assert again.revision == first.revision + 1


def test_a_running_dose_is_not_rewritten(patient, physician):
    """Editing it would say that another dose had been given all along."""
    course = make_course(patient, physician, treatment="nsaid", now=NOW)
    change = CourseChange(ibuprofen(physician, "600"), start_date=TODAY)
    with pytest.raises(Invalid, match="Change the dose"):
        change_course(
            course=course,
            change=change,
            revision=course.revision,
            today=TODAY,
            by=physician,
            now=NOW,
        )


def test_a_therapist_orders_therapy_and_no_drugs(patient, physician):
    """The permission to follow courses is not the permission to prescribe."""
    therapist = make_user(Role.THERAPIST)
    assert make_course(patient, therapist, now=NOW)
    for treatment in ("nsaid", "epidural-steroid-injection"):
        with pytest.raises(NotAllowed):
            make_course(patient, therapist, treatment=treatment, now=NOW)
    nurse = make_user(Role.NURSE)
    with pytest.raises(NotAllowed):
        make_course(patient, nurse, now=NOW)


def test_the_form_must_be_that_of_the_treatment(patient, physician):
    """A drug under the name of an exercise would be found by nobody."""
    entry = CatalogueEntry.objects.get(pk="physical-therapy")
    order = CourseOrder(patient, entry, ReferralOrder("Somebody"))
    with pytest.raises(Invalid):
        order_course(order=order, today=TODAY, by=physician, now=NOW)


def visit(course, by, at=NOW, **values):
    return record_visit(course=course, visit=Visit(at, **values), by=by, now=NOW)


def test_visits_are_counted_from_themselves(patient, physician):
    """A counter kept by hand is wrong from the second week on."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - 3 * WEEK)
    for days in (14, 12, 7):
        visit(course, physician, NOW - timedelta(days=days))
    visit(course, physician, NOW - timedelta(days=5), outcome=VisitOutcome.MISSED)
    wrong = visit(course, physician, NOW - timedelta(days=2))
    void_visit(visit=wrong, by=physician, now=NOW)
    with pytest.raises(Conflict):
        void_visit(visit=wrong, by=physician, now=NOW)
    where = course_view(physician, course.pk, today=TODAY, now=NOW).standing
    assert (where.used, where.left, where.since_report) == (3, 9, 3)
    assert TherapyVisit.objects.count() == 5


def test_a_visit_is_not_written_down_twice_by_accident(patient, physician):
    """Two taps on a tablet are one visit."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - WEEK)
    first = visit(course, physician)
    with pytest.raises(VisitThereAlready) as error:
        visit(course, physician, NOW - timedelta(hours=1))
    assert error.value.details["visit"] == str(first.pk)
    another = Visit(NOW - timedelta(hours=1))
    assert record_visit(course=course, visit=another, is_another=True, by=physician, now=NOW)


@pytest.mark.parametrize(
    ("at", "values"),
    [
        (NOW + timedelta(hours=1), {}),
        (NOW - 2 * WEEK, {}),
        (NOW, {"minutes": 0}),
        (NOW, {"minutes": 5000}),
        (NOW, {"outcome": VisitOutcome.MISSED, "is_progress_report": True}),
        (NOW, {"outcome": VisitOutcome.VOIDED}),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(at, values, patient, physician):
    """What payers are billed for took place."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - WEEK)
    with pytest.raises(Invalid):
        visit(course, physician, at, **values)


def test_a_report_is_due_every_ten_treatment_days(patient, physician):
    """Payers refuse what comes after the tenth day without one."""
    course = make_course(patient, physician, now=NOW, start_date=TODAY - 8 * WEEK)
    for days in range(40, 31, -1):
        visit(course, physician, NOW - timedelta(days=days))
    (view,) = therapies_in_care(physician, today=TODAY, now=NOW)
    assert view.standing.report_is_due
    visit(course, physician, NOW - timedelta(days=30), is_progress_report=True)
    (view,) = therapies_in_care(physician, today=TODAY, now=NOW)
    assert (view.standing.since_report, view.standing.report_is_due) == (0, False)


def test_a_therapist_sees_the_therapies_of_their_own_people_only(patient, physician):
    """A list of everybody would open every chart a little."""
    make_course(patient, physician, now=NOW)
    make_course(make_patient(), physician, now=NOW)
    views = therapies_in_care(physician, today=TODAY, now=NOW)
    assert [view.course.patient for view in views] == [patient]
    assert therapies_in_care(make_user(Role.PHYSICIAN), today=TODAY, now=NOW) == []


def test_a_course_that_begins_writes_what_becomes_due(patient, physician):
    """A drug nobody asks about again is a drug nobody watches; a stopped one is not asked about."""
    course = make_course(patient, physician, treatment="nsaid", now=NOW, begins=False)
    assert not FollowUp.objects.exists()
    course = step(course, "active", physician)
    due = set(FollowUp.objects.filter(course=course).values_list("status", flat=True))
    assert due == {"requested"}
    step(course, "stopped", physician, reason="Rash")
    left = FollowUp.objects.filter(course=course).values_list("status", "result")
    assert set(left) == {("cancelled", "Rash")}


def test_procedures_are_counted_if_they_are_signed(patient, physician):
    """A draft is not an injection that was given."""
    course = make_course(patient, physician, treatment="epidural-steroid-injection", now=NOW)
    make_procedure(patient, physician, at=NOW, course=course)
    make_procedure(patient, physician, at=NOW, course=course, status="signed")
    view = course_view(physician, course.pk, today=TODAY, now=NOW)
    assert len(view.procedures) == 1


def test_self_care_is_asked_once_a_day(patient, physician):
    """Asked again on the same day, the later answer holds."""
    course = make_course(patient, physician, treatment="home-exercise", now=NOW)

    def told(times, day=TODAY):
        record_self_care(
            course=course, asked_date=day, times_done=times, today=TODAY, by=physician, now=NOW
        )

    told(1)
    told(4)
    view = course_view(physician, course.pk, today=TODAY, now=NOW)
    assert ([check.times_done for check in view.checks], view.adherence) == ([4], 80)
    with pytest.raises(Invalid):
        told(3, TODAY + timedelta(days=1))
    with pytest.raises(Invalid):
        told(3, date(2026, 1, 1))


def test_what_is_only_history_is_not_ordered(patient, physician):
    """Opioids given elsewhere are written down; this clinic's form must not prescribe them."""
    assert "opioid-history" not in {entry.pk for entry in treatments_to_order(physician)}
    with pytest.raises(Invalid):
        make_course(patient, physician, treatment="opioid-history", now=NOW)
