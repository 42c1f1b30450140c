"""Setting a clinic up: what is refused, and what follows from a change."""

from datetime import timedelta

import pytest

from clinic.accounts.models import Team
from clinic.accounts.roles import Role
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from scheduling.actions.book import book_appointment, walk_in
from scheduling.actions.hold import place_hold
from scheduling.actions.move import NewPlace, move_appointment
from scheduling.actions.overbook import overbook_appointment
from scheduling.actions.resources import (
    ResourceDetails,
    add_resource,
    make_capability,
    remove_capability,
)
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.sites import (
    NameTaken,
    SiteDetails,
    SiteInUse,
    change_site,
    open_site,
    restore_site,
    retire_site,
)
from scheduling.actions.visit_types import (
    Need,
    VisitTypeDetails,
    change_visit_type,
    make_visit_type,
)
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.domain.codes import code_for, read_parts, write_parts
from scheduling.domain.week import read_stretches, write_stretches
from scheduling.models import ResourceKind, VisitType
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.catalogue import sites
from scheduling.queries.nothing_free import why_nothing
from scheduling.queries.setup import shortages
from tests import builders
from tests.integration.test_booking import NOW, TEN, Place

pytestmark = pytest.mark.django_db
CLINICIAN, ROOM = ResourceKind.CLINICIAN, ResourceKind.ROOM
DETAILS = VisitTypeDetails("Tilt test", "Visit", 40)


@pytest.fixture
def manager():
    return builders.make_user(Role.MANAGER)


def made(manager, *needs, details=DETAILS):
    return make_visit_type(details=details, needs=needs, by=manager, now=NOW)


def test_a_new_site_has_its_team(manager):
    """Who works there follows from a team; without one nobody could be put there."""
    site = open_site(details=SiteDetails("Hillside", "America/Chicago"), by=manager, now=NOW)
    assert site.team.name == "Hillside"
    renamed = SiteDetails("Hilltop", "America/Chicago")
    change_site(site=site, details=renamed, by=manager, now=NOW)
    assert Team.objects.get(pk=site.team_id).name == "Hilltop"
    with pytest.raises(NameTaken):
        open_site(details=renamed, by=manager, now=NOW)


@pytest.mark.parametrize(
    "changes", [{"time_zone": "Mars/Olympus"}, {"holiday_calendar": "XX-1"}, {"name": ""}]
)
def test_a_site_that_cannot_be_is_refused(manager, changes):
    """A clock that nobody knows would make every hour wrong."""
    details = {"name": "Hillside", "time_zone": "America/Chicago"} | changes
    with pytest.raises(Invalid):
        open_site(details=SiteDetails(**details), by=manager, now=NOW)


def test_the_clock_of_a_site_stays_while_people_are_booked(manager):
    """Visits are instants: on another clock the same hours would no longer hold them."""
    place = Place()
    details = SiteDetails(place.site.name, "Asia/Tokyo")
    place.book()
    with pytest.raises(Conflict, match="present clock"):
        change_site(site=place.site, details=details, by=manager, now=NOW)
    later = NOW + timedelta(days=2)
    assert change_site(site=place.site, details=details, by=manager, now=later).time_zone == (
        "Asia/Tokyo"
    )


def test_a_site_is_not_closed_over_people_s_heads(manager):
    """Nobody is to stand before a locked door; the refusal says how many would."""
    place = Place()
    visit = place.book()
    place.book(TEN + timedelta(hours=1))
    place_hold(request=place.request(TEN + timedelta(hours=2)), by=place.clerk, now=NOW)
    wish = Wish(NOW.date(), NOW.date() + timedelta(days=9))
    patient = builders.make_patient()
    add_to_waitlist(
        patient=patient, visit_type=place.kind, site=place.site, wish=wish, by=place.clerk, now=NOW
    )
    with pytest.raises(SiteInUse) as refused:
        retire_site(site=place.site, by=manager, now=NOW)
    assert "2 visits are still to come there, 1 time is held there, 1 person waits" in str(
        refused.value.sentence
    )
    assert refused.value.details["expected"] == {"visits": 2, "holds": 1, "waiting": 1}
    place.site.refresh_from_db()
    assert place.site.is_active
    later = visit.end_at + timedelta(hours=1)
    with pytest.raises(SiteInUse, match="1 visit is"):
        retire_site(site=place.site, by=manager, now=later - timedelta(minutes=30))
    with pytest.raises(NotAllowed):
        retire_site(site=place.site, by=place.clerk, now=later)


def test_nothing_is_booked_at_a_site_that_is_out_of_use_and_all_is_as_before_when_it_opens(manager):
    """Every way in is closed, what was stays to be read, and it can be undone."""
    place = Place()
    visit = place.book()
    gone = visit.end_at + timedelta(hours=1)
    retire_site(site=place.site, by=manager, now=gone)
    search = SlotSearch(place.kind, [place.site], gone, gone + timedelta(days=2))
    assert free_slots(place.clerk, search, now=gone) == []
    assert "out of use" in why_nothing(place.clerk, search, now=gone).sentence
    request = place.request(TEN + timedelta(days=1))
    here = {"patient": request.patient, "visit_type": place.kind, "site": place.site}
    days = Wish(gone.date(), gone.date() + timedelta(days=9))
    course = CourseRequest(request.patient, place.kind, place.site, [(request.start_at, None)], 1)
    by = {"by": place.clerk, "now": gone}
    for closed in (
        lambda: book_appointment(request=request, **by),
        lambda: place_hold(request=request, **by),
        lambda: overbook_appointment(request=request, reason="In pain", **by),
        lambda: walk_in(**here, **by),
        lambda: book_series(request=course, **by),
        lambda: add_to_waitlist(**here, wish=days, **by),
    ):
        with pytest.raises(Invalid, match="out of use"):
            closed()
    elsewhere = Place()
    visit = elsewhere.book(TEN + timedelta(days=1))
    with pytest.raises(Invalid, match="out of use"):
        move_appointment(appointment=visit, to=NewPlace(place.site, request.start_at), **by)
    assert sites(place.clerk)[-1] == place.site, "the past of it can still be looked at"
    restore_site(site=place.site, by=manager, now=gone)
    assert book_appointment(request=request, **by).site == place.site


def test_only_managers_set_up(manager):
    """A clerk who could retire a room could empty a day."""
    clerk = builders.make_user()
    with pytest.raises(NotAllowed):
        made(clerk, Need(CLINICIAN))
    with pytest.raises(NotAllowed):
        make_capability(name="X-ray", by=clerk, now=NOW)
    with pytest.raises(NotAllowed):
        open_site(details=SiteDetails("Hillside", "UTC"), by=clerk, now=NOW)


def test_abilities_have_codes_that_stay_and_go_only_unused(manager):
    """Programs find them by their codes; rooms must not lose them by a click."""
    one = make_capability(name="Ultra sound!", by=manager, now=NOW)
    assert one.code == "ultra-sound"
    with pytest.raises(NameTaken):
        make_capability(name="ultra SOUND!", by=manager, now=NOW)
    details = ResourceDetails("Machine 1", [one])
    site = builders.make_site()
    add_resource(site=site, kind=ResourceKind.EQUIPMENT, details=details, by=manager, now=NOW)
    with pytest.raises(NameTaken):
        add_resource(site=site, kind=ROOM, details=details, by=manager, now=NOW)
    with pytest.raises(Conflict):
        remove_capability(capability=one, by=manager, now=NOW)


def test_a_sign_in_has_one_calendar(manager):
    """Whose day it is must be one question with one answer."""
    site, doctor = builders.make_site(), builders.make_user(Role.PHYSICIAN)
    details = ResourceDetails("Dr. A", user=doctor)
    add_resource(site=site, kind=CLINICIAN, details=details, by=manager, now=NOW)
    again = ResourceDetails("Dr. B", user=doctor)
    with pytest.raises(Conflict, match="already"):
        add_resource(site=site, kind=CLINICIAN, details=again, by=manager, now=NOW)
    for user, kind in ((builders.make_user(), CLINICIAN), (doctor, ROOM)):
        wrong = ResourceDetails("Other", user=user)
        with pytest.raises(Invalid):
            add_resource(site=site, kind=kind, details=wrong, by=manager, now=NOW)


def test_a_split_visit_takes_its_clinician_in_parts(manager):
    """What the manager enters is what the search for times understands."""
    split = made(manager, Need(CLINICIAN, parts=[(0, 10), (30, None)]), Need(ROOM))
    assert split.code == "tilt-test"
    need = split.needs.get(kind="clinician")
    assert [(p.offset_minutes, p.duration_minutes) for p in need.parts.all()] == [
        (0, 10),
        (30, None),
    ]
    site = builders.make_site("UTC")
    assert shortages(manager, split), "nothing could ever fill it"
    builders.make_clinician(site)
    builders.make_resource(site)
    assert shortages(manager, split) == []
    search = SlotSearch(split, [site], NOW, NOW + timedelta(hours=3))
    assert free_slots(builders.make_user(), search, now=NOW)


@pytest.mark.parametrize(
    "needs",
    [
        [],
        [Need(CLINICIAN), Need(CLINICIAN)],
        [Need(CLINICIAN, parts=[(0, 20), (10, 20)])],
        [Need(CLINICIAN, parts=[(0, None), (30, 10)])],
        [Need(CLINICIAN, parts=[(30, 20)])],
        [Need(CLINICIAN, parts=[(40, None)])],
        [Need(CLINICIAN, count=2)],
        [Need(ROOM, count=11)],
        [Need(ROOM, buffer_after_minutes=500)],
    ],
)
def test_a_visit_that_makes_no_sense_is_refused(manager, needs):
    """Parts that overlap or lie outside, two of a kind, nothing at all."""
    with pytest.raises(Invalid):
        made(manager, *needs)


@pytest.mark.parametrize("changes", [{"duration_minutes": 4}, {"capacity": 51}, {"name": ""}])
def test_numbers_out_of_bounds_are_refused(manager, changes):
    """The database would refuse them too, without a sentence."""
    details = VisitTypeDetails(**vars(DETAILS) | changes)
    with pytest.raises(Invalid):
        made(manager, Need(CLINICIAN), details=details)


def test_a_change_keeps_the_code_and_what_is_booked(manager):
    """A visit lasts as long as it was booked for."""
    place = Place()
    visit = place.book()
    details = VisitTypeDetails("Renamed", "Visit", 60)
    change_visit_type(
        visit_type=place.kind,
        details=details,
        needs=[Need(CLINICIAN)],
        by=manager,
        now=NOW,
    )
    kind = VisitType.objects.get(pk=place.kind.pk)
    assert (kind.name, kind.code) == ("Renamed", place.kind.code)
    assert kind.needs.count() == 1
    visit.refresh_from_db()
    assert visit.end_at - visit.start_at == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("8-12, 1pm-5pm", "8:00 AM–12:00 PM, 1:00 PM–5:00 PM"),
        ("9.30 am to 13:15", "9:30 AM–1:15 PM"),
        ("1 PM – 5 PM; 8:00–12:00", "8:00 AM–12:00 PM, 1:00 PM–5:00 PM"),
        ("12 am - 11:59 p.m.", "12:00 AM–11:59 PM"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed, written):
    """And written in one way, which is read again as the same."""
    assert write_stretches(read_stretches(typed)) == written
    assert read_stretches(written) == read_stretches(typed)


@pytest.mark.parametrize(
    "typed", ["closed", "8", "8-", "8-8", "1-5, 4-6", "13 pm-14", "25-26", "8-12-14", "5-1"]
)
def test_hours_that_cannot_be_meant_are_refused(typed):
    """In a sentence, beside the field."""
    with pytest.raises(ValueError, match=r"\."):
        read_stretches(typed)


def test_parts_and_codes():
    """What is written is read again as the same."""
    assert read_parts("35–end, 0-10") == [(0, 10), (35, None)]
    assert write_parts(read_parts("35–end, 0-10")) == "0–10, 35–end"
    for typed in ("x", "10-5", "5", "1-2-3"):
        with pytest.raises(ValueError, match=r"\."):
            read_parts(typed)
    assert code_for("Épidurale, L4/L5", {"epidurale-l4-l5"}) == "epidurale-l4-l5-2"
    assert code_for("???", set()) == "code"
