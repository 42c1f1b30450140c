"""Courses through REST: proposed, booked whole, moved with If-Match, cancelled."""

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gym():
    site = builders.make_site("America/New_York")
    builders.make_clinician(site)
    builders.make_resource(site)
    clerk = builders.make_user(Role.FRONT_DESK)
    return {
        "client": client_of(clerk),
        "site": site.pk,
        "kind": builders.make_visit_type(45).code,
        "patient": str(builders.make_patient().pk),
    }


def send(gym, method, address, body, **headers):
    answer = getattr(gym["client"], method)(
        f"/api/v1/series/{address}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json(), answer


def booked(gym, count=4):
    whom = {"patient": gym["patient"], "visit_type": gym["kind"], "site": gym["site"]}
    first = (timezone.now() + timezone.timedelta(days=2)).date().isoformat()
    wish = whom | {"count": count, "per_week": 2, "first_day": first, "days_apart": 2}
    status, proposal, _ = send(gym, "post", "proposals/", wish)
    assert status == 200, proposal
    visits = [{"start_at": v["start_at"], "clinician": v["clinician"]} for v in proposal["visits"]]
    return whom | {"per_week": 2, "visits": visits}


def test_a_proposal_is_booked_read_moved_and_cancelled(gym):
    """The whole life of a course, for a program."""
    course = booked(gym)
    status, made, answer = send(gym, "post", "", course)
    assert status == 201, made
    assert [visit["series_number"] for visit in made["visits"]] == [1, 2, 3, 4]
    one = f"{made['id']}/"
    assert gym["client"].get(f"/api/v1/series/{one}").headers["ETag"] == answer.headers["ETag"]
    listed = gym["client"].get(f"/api/v1/series/?patient={gym['patient']}").json()
    assert [row["id"] for row in listed["results"]] == [made["id"]]
    change = {"scope": "all", "days": 1}
    assert send(gym, "patch", one, change)[0] == 428
    assert send(gym, "patch", one, change, if_match='"old"')[0] == 412
    status, moved, _ = send(gym, "patch", one, change, if_match=answer.headers["ETag"])
    assert status == 200, moved
    assert moved["visits"][0]["start_at"] > made["visits"][0]["start_at"]
    why = {
        "scope": "later",
        "appointment": made["visits"][2]["id"],
        "cancellation_reason": "patient",
    }
    status, left, _ = send(gym, "post", f"{one}cancel/", why)
    assert status == 200, left
    assert [v["status"] for v in left["visits"]] == ["booked", "booked", "cancelled", "cancelled"]


def test_a_course_that_clashes_says_where_and_what_is_free_near_it(gym):
    """409 with everything that a program needs to ask its person."""
    course = booked(gym)
    rival = course | {"patient": str(builders.make_patient().pk), "visits": course["visits"][3:]}
    assert send(gym, "post", "", rival)[0] == 201
    status, refused, _ = send(gym, "post", "", course)
    assert (status, refused["code"]) == (409, "series_taken")
    clash = refused["clashes"][0]
    assert clash["reason"] == "slot_taken"
    assert clash["alternatives"]
    assert gym["client"].get(f"/api/v1/series/?patient={gym['patient']}").json()["results"] == []


def test_more_visits_and_nonsense(gym):
    """Added visits get the next numbers; an empty course is no course."""
    course = booked(gym)
    _, made, _ = send(gym, "post", "", course | {"visits": course["visits"][:3]})
    more = {"visits": course["visits"][3:]}
    status, longer, _ = send(gym, "post", f"{made['id']}/visits/", more)
    assert status == 201, longer
    assert len(longer["visits"]) == 4
    assert send(gym, "post", "", course | {"visits": []})[0] == 400
    assert send(gym, "post", "", course | {"per_week": 8})[0] == 400
