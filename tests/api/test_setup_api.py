"""The setup by program: the same rules as the pages; nobody overwrites what they have not read."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.hold import place_hold
from scheduling.models import Resource, TimeOff, VisitType, WorklistItem
from scheduling.queries.availability import SlotSearch, free_slots
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def world():
    site = builders.make_site("UTC")
    clinician = builders.make_clinician(site)
    builders.make_resource(site)
    return {
        "site": site,
        "clinician": clinician,
        "kind": builders.make_visit_type(),
        "clerk": builders.make_user(),
        "client": client_of(builders.make_user(Role.MANAGER)),
    }


def send(world, method, address, body=None, tag=""):
    headers = {"If-Match": tag} if tag else {}
    text = json.dumps(body or {})
    send_ = getattr(world["client"], method)
    return send_(API + address, text, content_type="application/json", headers=headers)


def tag_of(world, address):
    return world["client"].get(API + address)["ETag"]


def booked(world):
    now = timezone.now()
    search = SlotSearch(world["kind"], [world["site"]], now, now + timedelta(days=2))
    slot = free_slots(world["clerk"], search, now=now)[-1]
    request = BookingRequest(builders.make_patient(), world["kind"], world["site"], slot.start_at)
    return book_appointment(request=request, by=world["clerk"], now=now)


def test_everything_can_be_made_read_changed_and_taken_away(world):
    """One way of doing it for every noun, so that a client learns it once."""
    day = (timezone.now() + timedelta(days=200)).date().isoformat()
    site = world["site"].pk
    nouns = {
        "resources/": ({"site": site, "kind": "room", "name": "R"}, {"name": "R2"}),
        "capabilities/": ({"name": "X-ray"}, {"name": "X-rays"}),
        "holidays/": (
            {"site": site, "local_date": day, "name": "Day"},
            {"opens": "08:00", "closes": "12:00"},
        ),
        "time-off/": (
            {"site": site, "first_date": day, "last_date": day},
            {"first_date": day, "last_date": day, "until_time": "12:00"},
        ),
        "visit-types/": (
            {
                "name": "Tilt",
                "public_name": "Visit",
                "duration_minutes": 40,
                "needs": [{"kind": "clinician", "parts": [{"offset_minutes": 30}]}],
            },
            {"duration_minutes": 50},
        ),
    }
    for noun, (body, change) in nouns.items():
        made = send(world, "post", noun, body)
        assert made.status_code == 201, made.content
        one = f"{noun}{made.json().get('id') or made.json()['code']}/"
        assert tag_of(world, one) == made["ETag"]
        assert send(world, "patch", one, change).status_code == 428
        assert send(world, "patch", one, change, '"old"').status_code == 412
        changed = send(world, "patch", one, change, made["ETag"])
        assert changed.status_code == 200, changed.content
        assert changed["ETag"] == tag_of(world, one) != made["ETag"]
        assert send(world, "delete", one, None, made["ETag"]).status_code == 412
        gone = send(world, "delete", one, None, changed["ETag"])
        assert gone.status_code == 204, gone.content
    assert not Resource.objects.get(name="R2").is_active
    assert not VisitType.objects.get(name="Tilt").is_active
    assert VisitType.objects.get(name="Tilt").needs.get().parts.get().offset_minutes == 30


def test_sites_are_made_and_changed_but_never_deleted(world):
    """A site is in the story of every visit."""
    made = send(world, "post", "sites/", {"name": "Hillside", "time_zone": "America/Chicago"})
    assert made.status_code == 201
    one = f"sites/{made.json()['id']}/"
    assert send(world, "patch", one, {"time_zone": "Mars"}, made["ETag"]).status_code == 400
    assert send(world, "patch", one, {"phone": "1"}, made["ETag"]).json()["phone"] == "1"
    assert send(world, "delete", one, None, made["ETag"]).status_code == 405


def test_a_site_is_taken_out_of_use_once_nobody_is_to_come(world):
    """A program reads how many are in the way, and a refused change changes nothing else either."""
    address = f"sites/{world['site'].pk}/"
    visit = booked(world)
    change = {"is_active": False, "phone": "+1 212-555-0199"}
    refused = send(world, "patch", address, change, tag_of(world, address))
    assert (refused.status_code, refused.json()["code"]) == (409, "site_in_use")
    assert refused.json()["expected"]["visits"] == 1
    assert world["client"].get(API + address).json()["phone"] == world["site"].phone
    visit.status = "cancelled"
    visit.save()
    done = send(world, "patch", address, change, tag_of(world, address)).json()
    assert (done["is_active"], done["phone"]) == (False, "+1 212-555-0199")
    back = send(world, "patch", address, {"is_active": True}, tag_of(world, address))
    assert back.json()["is_active"]


def test_a_change_that_strands_is_refused_until_it_is_meant(world):
    """A program must not fill the worklist by surprise."""
    visit = booked(world)
    day = visit.start_at.date().isoformat()
    body = {
        "site": world["site"].pk,
        "resource": world["clinician"].pk,
        "first_date": day,
        "last_date": day,
    }
    refused = send(world, "post", "time-off/", body)
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "would_strand"
    assert [v["id"] for v in refused.json()["visits"]] == [str(visit.pk)]
    assert not TimeOff.objects.exists()
    assert not WorklistItem.objects.exists()
    saved = send(world, "post", "time-off/", body | {"accept_stranded": True})
    assert saved.status_code == 201
    listed = world["client"].get(API + "worklist/").json()["results"]
    assert [row["appointment"] for row in listed] == [str(visit.pk)]
    clerk = client_of(world["clerk"])
    address = f"{API}worklist/{listed[0]['id']}/keep/"
    for status in (200, 404):
        kept = clerk.post(address, '{"reason": "Comes in"}', content_type="application/json")
        assert kept.status_code == status
    one = f"resources/{world['clinician'].pk}/"
    other = booked(world)
    gone = send(world, "delete", one, None, tag_of(world, one))
    assert str(other.pk) in {v["id"] for v in gone.json()["visits"]}
    accepted = send(world, "delete", one + "?accept_stranded=true", None, tag_of(world, one))
    assert accepted.status_code == 204


def test_a_week_is_entered_whole(world):
    """Hours of a whole week in one request: half a week would be worse than none."""
    day = (timezone.now() + timedelta(days=40)).date().isoformat()
    body = {
        "site": world["site"].pk,
        "resource": world["clinician"].pk,
        "from_date": day,
        "week": [{"weekday": 1, "opens": "08:00", "closes": "12:00"}],
    }
    assert send(world, "post", "working-hours/", body).json() == {"stranded": [], "holds": []}
    query = f"?site={world['site'].pk}&resource={world['clinician'].pk}&sort=-weekday"
    rows = world["client"].get(API + "working-hours/" + query).json()["results"]
    assert next(row for row in rows if row["valid_from"] == day)["opens"] == "08:00:00"
    wrong = [{"weekday": 8, "opens": "08:00", "closes": "12:00"}]
    assert send(world, "post", "working-hours/", body | {"week": wrong}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "sites/?sort=team",
        "resources/?kind=spaceship",
        "resources/?is_active=true",
        "visit-types/?sort=notice_minutes",
        "holidays/?year=1",
        "worklist/?sort=patient",
        "time-off/",
        "working-hours/?site=x",
        "reports/waits/?first_date=2027-02-30",
        "reports/waits/?first_date=2027-02-02&last_date=2027-01-01",
        "sites/?page_size=100000",
    ],
)
def test_only_listed_filters_and_sorts_are_understood(world, address):
    """What a client may ask is written down; everything else is a slip, and is said to be one."""
    answer = world["client"].get(API + address)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_long_lists_come_in_pages(world):
    """A thousand rooms are not one answer."""
    for _ in range(4):
        builders.make_resource(world["site"])
    address, names = API + "resources/?page_size=2", []
    while address:
        page = world["client"].get(address).json()
        names += [row["name"] for row in page["results"]]
        address = page["next"]
    assert names == sorted(names)
    assert len(names) == 6


def test_reports_are_figures(world):
    """The same table as on the page."""
    booked(world)
    for name in ("utilisation", "outcomes", "lead-times", "waits", "refilled"):
        body = world["client"].get(f"{API}reports/{name}/").json()
        assert {"name", "title", "explanation", "columns", "rows"} == set(body)
        assert all(len(row) == len(body["columns"]) for row in body["rows"])


def test_leave_names_the_times_that_are_held(world):
    """Who holds one is on the phone: a program must be able to tell the desk."""
    now = timezone.now()
    search = SlotSearch(world["kind"], [world["site"]], now, now + timedelta(days=2))
    slot = free_slots(world["clerk"], search, now=now)[-1]
    request = BookingRequest(builders.make_patient(), world["kind"], world["site"], slot.start_at)
    hold = place_hold(request=request, by=world["clerk"], now=now)
    day = slot.start_at.date().isoformat()
    body = {"site": world["site"].pk, "resource": world["clinician"].pk}
    body |= {"first_date": day, "last_date": day}
    refused = send(world, "post", "time-off/", body)
    assert (refused.status_code, refused.json()["visits"]) == (409, [])
    assert [row["id"] for row in refused.json()["holds"]] == [str(hold.pk)]
    assert send(world, "post", "time-off/", body | {"accept_stranded": True}).status_code == 201
