"""“Why must I wait?” – the day is the rules' own, told without a clinical word."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from patients.models import PortalAccess
from scheduling.models import VisitType
from scheduling.queries.own_waits import own_waits
from tests import builders
from tests.record_builders import make_course, make_procedure, shipped_catalogue
from tests.rule_builders import CAP, file_rules
from treatments.queries.own_care import latest_procedures, own_courses

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = NOW.date()
RATHER_LATER = {
    **CAP,
    "id": "esi-rather-later",
    "kind": "interval",
    "severity": "warn",
    "params": {"which": {"families": ["esi"], "per": "region"}, "least": "P28D"},
}


@pytest.fixture
def doctor():
    shipped_catalogue()
    return builders.make_user(Role.PHYSICIAN)


@pytest.fixture
def ana(doctor):
    return builders.make_patient()


@pytest.fixture
def user(ana):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=ana)
    return user


def shots(ana, doctor, *days_ago):
    for days in days_ago:
        make_procedure(ana, doctor, at=NOW - timedelta(days=days), status="signed")


def waits(user, ana, visits=(), language="en"):
    return own_waits(
        user,
        ana,
        courses=own_courses(user, ana, language=language, today=TODAY),
        done=latest_procedures(user, ana),
        visits=visits,
        language=language,
        zone=ZoneInfo("America/New_York"),
        now=NOW,
    )


def test_what_a_rule_stops_is_told_with_its_first_day(ana, user, doctor):
    """Four in a year: the next one is possible a year after the first of them."""
    file_rules(CAP)
    shots(ana, doctor, 300, 200, 100, 9)
    (wait,) = waits(user, ana)
    assert (wait.name, wait.is_firm) == ("Shot in your lower back", True)
    assert wait.until == date(2026, 8, 5)
    assert waits(user, ana, language="es")[0].name.startswith("Inyección")


def test_what_would_better_wait_is_told_as_such(ana, user, doctor):
    """Nobody is told “not before” where the team may decide otherwise."""
    file_rules(RATHER_LATER)
    shots(ana, doctor, 9)
    (wait,) = waits(user, ana)
    assert (wait.until, wait.is_firm) == (TODAY + timedelta(days=19), False)


def test_nothing_is_said_where_nothing_waits(ana, user, doctor):
    """No empty warnings: not without shots, not after the time, not of what is booked already."""
    file_rules(CAP, RATHER_LATER)
    assert waits(user, ana) == []
    shots(ana, doctor, 40)
    assert waits(user, ana) == []
    shots(ana, doctor, 9)
    assert waits(user, ana)
    kind = VisitType(treatment_id="epidural-steroid-injection")
    booked = type("Visit", (), {"visit_type": kind, "course": None})()
    assert waits(user, ana, visits=[booked]) == []


def test_a_course_that_goes_on_is_asked_about(ana, user, doctor):
    """The next one of a course is meant where the course is, whatever was done elsewhere."""
    file_rules(RATHER_LATER)
    shots(ana, doctor, 9)
    make_course(ana, doctor, treatment="epidural-steroid-injection", now=NOW)
    assert [wait.name for wait in waits(user, ana)] == ["Shot in your lower back"]


def test_only_the_portal_asks(ana, user, doctor):
    """Staff have the rules' own words, on their own pages."""
    with pytest.raises(NotAllowed):
        own_waits(
            doctor,
            ana,
            courses=[],
            done=[],
            visits=[],
            language="en",
            zone=ZoneInfo("UTC"),
            now=NOW,
        )
