"""What lapses is found every night, and written down once."""

from datetime import timedelta

import pytest

from tests.outcome_builders import DAY, NOW, TODAY
from tests.record_builders import make_consultation, make_course, make_diagnostic, make_plain_course
from treatments.actions.authorizations import Authorization, record_authorization
from treatments.actions.escalations import escalate_overdue
from treatments.actions.lapses import find_lapses
from treatments.models import (
    Consultation,
    DiagnosticReport,
    FollowUp,
    ServiceRequest,
    TherapyDetail,
    TherapyVisit,
)
from treatments.queries import follow_ups as due

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapy(patient, physician):
    course = make_course(patient, physician, now=NOW - 60 * DAY, start_date=TODAY - 60 * DAY)
    FollowUp.objects.filter(course=course).update(status="cancelled", closed_at=NOW)
    return course


def written(prefix):
    return list(FollowUp.objects.filter(occasion__startswith=prefix))


def twice(now=NOW):
    """Looks twice, as two beats would; how many rows the first look wrote."""
    count = find_lapses(by=None, now=now)
    assert find_lapses(by=None, now=now) == 0
    return count


def test_a_plan_that_runs_out_is_certified_in_time(therapy):
    """An uncertified visit is not paid; a plan renewed for longer is another occasion."""
    detail = TherapyDetail.objects.filter(course=therapy)
    detail.update(certified_start_date=TODAY - 60 * DAY, certified_end_date=TODAY + 15 * DAY)
    assert twice() == 0
    assert twice(NOW + DAY) == 1
    (row,) = written("certification:")
    assert (row.owner_role, row.due_at.date()) == ("therapist", TODAY + 15 * DAY)


def test_the_tenth_treatment_day_asks_for_a_report(therapy, physician):
    """A report that is missing stops the payment of everything after it."""
    for number in range(9):
        TherapyVisit.objects.create(
            course=therapy, occurred_at=NOW - (20 - number) * DAY, recorded_by=physician
        )
    assert twice() == 1
    assert written("progress-report:")[0].owner_role == "therapist"


def test_an_authorization_that_ends_or_is_used_up_is_the_desks(therapy, physician):
    """Asking a payer takes days: two weeks before the end is the time for it."""
    said = Authorization(
        therapy.patient, therapy.treatment, "Harbor", "H-1", 2, TODAY - 9 * DAY, TODAY + 9 * DAY
    )
    record_authorization(said=said, by=physician, now=NOW)
    assert twice() == 2
    rows = written("authorization:")
    assert {row.owner_role for row in rows} == {"front_desk"}
    assert not any("therapy" in row.title.lower() for row in rows)


@pytest.mark.parametrize(("years", "count"), [(1, 0), (3, 1)])
def test_old_pictures_are_named(patient, physician, years, count):
    """A payer refuses a procedure that rests on pictures older than two years."""
    make_plain_course(patient, physician, treatment="epidural-steroid-injection", form="procedural")
    order = ServiceRequest.objects.create(
        patient=patient,
        diagnostic=make_diagnostic("world-mri"),
        reason="Pain",
        requested_by=physician,
        requested_at=NOW,
    )
    DiagnosticReport.objects.create(
        patient=patient,
        order=order,
        effective_date=TODAY - timedelta(days=365 * years),
        conclusion="Disc",
        entered_by=physician,
        entered_at=NOW,
    )
    assert twice() == count


def test_a_stale_draft_is_its_authors_then_anybodys_and_goes_when_signed(patient, physician):
    """What nobody signed is not on record: not for the next clinician, not for a payer."""
    draft = make_consultation(patient, physician, at=NOW - timedelta(hours=25))
    assert twice() == 1
    (row,) = written("draft:consultation:")
    assert row.owner == physician
    assert row in due.work_list(physician, due.Wanted("physician"), page=list, now=NOW)
    assert escalate_overdue(by=None, now=NOW + DAY) == 0
    assert escalate_overdue(by=None, now=NOW + 3 * DAY) == 1
    Consultation.objects.filter(pk=draft.pk).update(
        record_status="signed", signed_by=physician, signed_at=NOW
    )
    find_lapses(by=None, now=NOW + 3 * DAY)
    row.refresh_from_db()
    assert row.status == "completed"
