"""Courses: their steps, their days, and two who change one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from tests.builders import care_for, make_patient, make_user
from tests.course_steps import NOW, TODAY, WEEK, field_of, step
from tests.record_builders import make_course, make_procedure
from treatments.actions.course_changes import CourseChange, change_course
from treatments.actions.course_orders import CourseOrder
from treatments.actions.course_steps import CourseStepRefused, take_course_step
from treatments.actions.courses import order_course
from treatments.actions.documents import StaleDraft
from treatments.actions.visits import (
    record_self_care,
)
from treatments.domain.course_orders import ProceduralOrder, ReferralOrder, TherapyOrder
from treatments.domain.states import COURSE_STEPS, CourseStatus
from treatments.models import (
    CatalogueEntry,
    FollowUp,
    ReferralDetail,
    TreatmentCourse,
)
from treatments.queries.courses import course_view, treatments_to_order

BORN = date(2024, 3, 1)

pytestmark = pytest.mark.django_db


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
            "surgical-referral",
            ReferralOrder("X", performed_date=date(1969, 1, 1)),
            "performed_date",
        ),
        (
            "physical-therapy",
            TherapyOrder(
                Decimal(2),
                12,
                certified_start_date=date(2200, 1, 1),
                certified_end_date=date(2200, 2, 1),
            ),
            "certified_start_date",
        ),
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


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"start_date": date(203, 1, 1)}, "start_date"),
        ({"end_date": date(2200, 1, 1)}, "end_date"),
        ({"start_date": BORN - timedelta(days=1), "begins": True}, "start_date"),
    ],
)
def test_days_on_which_nobody_was_treated_are_refused(values, field, physician):
    """A year with a digit missing sorts before everything that truly happened."""
    child = make_patient(born=BORN)
    care_for(child, physician)
    with pytest.raises(Invalid) as error:
        make_course(child, physician, now=NOW, **({"begins": False} | values))
    assert field_of(error) == field
    planned = make_course(child, physician, now=NOW, begins=False)
    for day in (date(203, 1, 1), BORN - timedelta(days=1)):
        with pytest.raises(Invalid) as error:
            step(planned, "active", physician, on=day)
        assert field_of(error) == "on"


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
