"""The API: problem JSON for every refusal, the right status, and the same rules as the pages."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from clinic.accounts.roles import ROLES, Role
from scheduling.domain.slots import Slot
from scheduling.models import Appointment
from scheduling.queries.availability import SlotSearch, free_slots, free_slots_json
from tests import builders
from tests.architecture.test_addresses import ALL

pytestmark = pytest.mark.django_db
ENDPOINTS = {address: view for address, view in ALL.items() if address.startswith("api/v1/")}
BOOK = "/api/v1/appointments/"


@pytest.fixture
def world():
    site = builders.make_site("UTC")
    clinician = builders.make_clinician(site)
    builders.make_resource(site)
    client = Client(raise_request_exception=False)
    user = builders.make_user()
    client.force_login(user)
    return {
        "client": client,
        "user": user,
        "site": site,
        "clinician": clinician,
        "kind": builders.make_visit_type(),
        "patient": builders.make_patient(),
    }


def free(world, **more):
    return ask_slots(world, **more)["slots"]


def ask_slots(world, **more):
    now = timezone.now()
    query = {
        "visit_type": world["kind"].code,
        "site": world["site"].pk,
        "earliest": now.isoformat(),
        "latest": (now + timedelta(days=2)).isoformat(),
    }
    answer = world["client"].get("/api/v1/slots/", query | more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def good(world):
    slot = free(world)[0]
    return {
        "patient": str(world["patient"].pk),
        "visit_type": world["kind"].code,
        "site": world["site"].pk,
        "start_at": slot["start_at"],
        "clinician": slot["clinician"],
    }


def post(world, body, client=None, address=BOOK):
    client = client or world["client"]
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(address, data, content_type="application/json")


def is_problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(answer.json())
    assert answer.json()["status"] == status
    return True


def test_book_read_and_move_on(world):
    """The whole way of a visit, by program."""
    booked = post(world, good(world))
    assert booked.status_code == 201
    address = f"{BOOK}{booked.json()['id']}/"
    assert {r["kind"] for r in booked.json()["resources"]} == {"clinician", "room"}
    assert world["client"].get(address).json()["status"] == "booked"
    moved = post(world, {"step": "confirm"}, address=f"{address}steps/")
    assert moved.json()["status"] == "confirmed"
    is_problem(post(world, {"step": "confirm"}, address=f"{address}steps/"), 409)
    day = booked.json()["start_at"][:10]
    listed = world["client"].get(BOOK, {"site": world["site"].pk, "day": day}).json()
    assert [visit["id"] for visit in listed["results"]] == [booked.json()["id"]]


def test_a_taken_slot_is_409_with_alternatives_that_can_be_booked(world):
    """A program, too, must be able to go on at once."""
    body = good(world)
    assert post(world, body).status_code == 201
    body["patient"] = str(builders.make_patient().pk)
    refusal = post(world, body)
    is_problem(refusal, 409)
    assert refusal.json()["code"] == "slot_taken"
    again = refusal.json()["alternatives"][0]
    body |= {"start_at": again["start_at"], "clinician": again["clinician"]}
    assert post(world, body).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"start_at": "2027-01-12T10:00:00"}, 400),
        ({"start_at": "2027-01-12"}, 400),
        ({"start_at": "9999-12-31T23:59:59Z"}, 400),
        ({"start_at": "0001-01-01T00:00:00Z"}, 400),
        ({"start_at": "2020-01-01T10:00:00Z"}, 400),
        ({"start_at": 5}, 400),
        ({"start_at": None}, 400),
        ({"start_at": ["2027-01-12T10:00:00Z"]}, 400),
        ({"start_at": "2027-01-12T10:00:00Z\x00"}, 400),
        ({"patient": "x"}, 400),
        ({"patient": "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"}, 404),
        ({"patient": {"id": 1}}, 400),
        ({"visit_type": "unknown"}, 404),
        ({"site": 2_000_000_000}, 404),
        ({"site": 10**30}, 400),
        ({"clinician": -1}, 400),
        ({"clinician": 2_000_000_000}, 404),
        ({"reason": "a\x00b"}, 400),
        ({"reason": "x" * 201}, 400),
        ({"status": "completed"}, 400),
        ({"booked_by": 1}, 400),
        ({"id": "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"}, 400),
    ],
)
def test_an_odd_body_is_a_problem_and_books_nothing(world, changes, status):
    """Unknown fields are refused too: nobody sets a status by guessing its name."""
    is_problem(post(world, good(world) | changes), status)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("not json", 400),
        (b"\xff\xfe", 400),
        ("[]", 400),
        ("5", 400),
        ("null", 400),
        ("[" * 5000 + "]" * 5000, 400),
        ('{"reason": NaN}', 400),
        ('{"reason": "' + "x" * 2_000_000 + '"}', 413),
    ],
)
def test_what_is_no_proper_json_is_a_problem(world, body, status):
    """Parsers are the first thing that breaks."""
    is_problem(post(world, body), status)


def test_wrong_type_method_and_address_are_problems(world):
    """Every corner answers in the same form."""
    is_problem(world["client"].post(BOOK, {"a": 1}), 415)
    is_problem(world["client"].delete(BOOK), 405)
    is_problem(world["client"].get("/api/v1/nothing/"), 404)
    is_problem(world["client"].get(f"{BOOK}01a1fc6e-8939-786c-bb44-acc7b5e6bf1d/"), 404)
    is_problem(world["client"].get("/api/v1/patients/", {"q": "a", "sort": "ssn"}), 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"earliest": "2027-01-12T10:00"},
        {"earliest": "2027-01-13T10:00Z", "latest": "2027-01-12T10:00Z"},
        {"earliest": "2027-01-01T00:00Z", "latest": "2027-12-01T00:00Z"},
        {"limit": "-1"},
        {"weekdays": "8"},
        {"from_time": "25:00"},
        {"limit": "100000"},
        {"_sort": "1; DROP TABLE"},
    ],
)
def test_an_odd_search_is_a_problem(world, changes):
    """A window without end would read the whole calendar."""
    query = {
        "visit_type": world["kind"].code,
        "site": world["site"].pk,
        "earliest": "2027-01-12T10:00Z",
        "latest": "2027-01-13T10:00Z",
    }
    is_problem(world["client"].get("/api/v1/slots/", query | changes), 400)


def test_free_times_can_be_asked_for_by_weekday_and_hour(world):
    """“Only Tuesdays after two” is how people ask; the bounds are the site's wall clock."""
    zone = world["site"].zone
    tomorrow = (timezone.now() + timedelta(days=1)).isoweekday()
    times = [datetime.fromisoformat(slot["start_at"]) for slot in free(world, limit=1000)]
    local = [(at, at.astimezone(zone)) for at in times]
    wanted = [at for at, wall in local if wall.isoweekday() == tomorrow and 14 <= wall.hour < 16]
    asked = {"weekdays": [tomorrow], "from_time": "14:00", "until_time": "16:00", "limit": 1000}
    assert wanted
    assert [datetime.fromisoformat(slot["start_at"]) for slot in free(world, **asked)] == wanted


def test_no_free_time_comes_with_the_reason(world):
    """“Nothing free” without a why makes the desk try other days by guessing."""
    answer = ask_slots(world, from_time="23:55", until_time="23:59")
    assert answer["slots"] == []
    assert answer["nothing_free"]["reason"] == "not_at_that_hour"
    assert answer["nothing_free"]["sentence"]
    assert ask_slots(world)["nothing_free"] is None


def test_the_written_times_are_those_that_are_found(world):
    """PostgreSQL writes the JSON by itself: it must say what the pages show."""
    site, kind, now = world["site"], world["kind"], timezone.now()
    search = SlotSearch(kind, [site], now, now + timedelta(days=2), limit=1000)
    viewer = world["user"]
    slots = free_slots(viewer, search, now=now)
    written = json.loads(free_slots_json(viewer, search, now=now))
    assert slots
    assert [
        Slot(
            datetime.fromisoformat(one["start_at"]),
            datetime.fromisoformat(one["end_at"]),
            one["site"],
            one["clinician"],
        )
        for one in written
    ] == slots


@pytest.mark.parametrize("role", [None, *Role])
def test_an_endpoint_answers_exactly_who_may_ask(role, world):
    """Generated from the addresses and the table of roles."""
    client = Client()
    if role:
        client.force_login(builders.make_user(role))
    for address, view in ENDPOINTS.items():
        url = "/" + re.sub(r"<uuid:\w+>", str(world["patient"].pk), address)
        url = re.sub(r"<int:\w+>", str(world["site"].pk), url)
        url = url.replace("<slug:code>", world["kind"].code)
        url = url.replace("<slug:report>", "utilisation")
        url = re.sub(r"<slug:\w+>", "none", url)
        for method, permission in view.view_class.permissions.items():
            answer = client.generic(method, url, "{}", content_type="application/json")
            if role is None:
                is_problem(answer, 401)
            elif permission not in ROLES[role].permissions:
                is_problem(answer, 403)
            else:
                assert answer.status_code in {200, 201, 204, 400, 404, 428}, (url, role)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "tomorrow", "", "2026-02-30"])
def test_an_odd_day_is_a_problem(world, day):
    """The last day of the calendar has no next one, and no end to compute."""
    is_problem(world["client"].get(BOOK, {"site": world["site"].pk, "day": day}), 400)


def test_the_browser_s_session_needs_its_token(world):
    """Another site must not book in the clerk's name."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(builders.make_user())
    is_problem(post(world, {}, client=client), 403)


def test_registering_twice_is_a_409_that_names_the_first(world):
    """Two records for one person hide allergies."""
    person = {"given_names": "Ana", "family_name": "Ruiz", "birth_date": "1962-03-14"}
    address = "/api/v1/patients/"
    first = post(world, person, address=address)
    assert first.status_code == 201
    second = post(world, person, address=address)
    is_problem(second, 409)
    assert second.json()["people"][0]["id"] == first.json()["id"]
    assert post(world, person | {"is_another_person": True}, address=address).status_code == 201


def test_the_schema_is_whole_and_for_signed_in_people_only(world, tmp_path):
    """A documentation with warnings is a documentation with lies."""
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema"))
    for address in ("/api/schema/", "/api/docs/"):
        assert world["client"].get(address).status_code == 200
        assert Client().get(address).status_code in {401, 403}
