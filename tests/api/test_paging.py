"""Lists a page at a time: every row once, and a cursor that makes no sense is no breakdown."""

from base64 import b64encode
from datetime import timedelta

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests import builders
from tests.api.test_once import BOOK, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = World()
    made.days = {"earliest": made.start_at.isoformat(), "site": made.site.pk}
    made.days["latest"] = (made.start_at + timedelta(days=2)).isoformat()
    return made


def book(world, count):
    """Three at each time: a cursor must not lose those that begin together."""
    made = []
    for n in range(count):
        start_at = world.start_at + timedelta(minutes=30) * (n // 3)
        body = world.body(start_at=start_at.isoformat())
        made.append(world.post(body, key="").json()["id"])
    return made


def walk(world, query, direction="next"):
    pages = [world.client.get(BOOK, query)]
    while (address := pages[-1].json()[direction]) and len(pages) < 50:
        pages.append(world.client.get(address))
    return [[row["id"] for row in page.json()["results"]] for page in pages]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
@pytest.mark.parametrize("sort", ["start_at", "-start_at"])
def test_every_visit_is_on_exactly_one_page(world, size, sort):
    """Also where several begin at the same minute."""
    made = book(world, 7)
    pages = walk(world, world.days | {"page_size": size, "sort": sort})
    seen = [row for page in pages for row in page]
    assert sorted(seen) == sorted(made)
    assert all(len(page) <= size for page in pages)


def test_a_visit_that_comes_meanwhile_moves_nobody(world):
    """With numbered pages the last row of page one would come again on page two."""
    made = book(world, 6)
    query = world.days | {"page_size": 3}
    first = world.client.get(BOOK, query).json()
    early = world.body(start_at=(world.start_at + timedelta(minutes=30)).isoformat())
    builders.make_clinician(world.site)
    builders.make_resource(world.site)
    assert world.post(early, key="").status_code == 201
    second = world.client.get(first["next"]).json()
    seen = [row["id"] for page in (first, second) for row in page["results"]]
    assert len(set(seen)) == len(seen) == 6
    assert set(made[:3]) <= set(seen)


def test_the_way_back_shows_the_same(world):
    """Forth and back again."""
    book(world, 6)
    query = world.days | {"page_size": 3}
    first = world.client.get(BOOK, query).json()
    second = world.client.get(first["next"]).json()
    assert world.client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize(
    "inner",
    ["p=soon", "p=2027-13-45", "p=", "o=-1", "o=x", "o=99999999999", "r=7&p=\x00", "p=1e400"],
)
def test_a_cursor_that_makes_no_sense_is_not_found(world, inner):
    """Cursors come from outside: somebody will try."""
    book(world, 1)
    for sort in ("start_at", "-start_at"):
        query = world.days | {"cursor": b64encode(inner.encode()).decode(), "sort": sort}
        answer = world.client.get(BOOK, query)
        assert answer.status_code in {200, 404}, answer.content
        if answer.status_code == 404:
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("changes", [{"page_size": 0}, {"page_size": 201}, {"cursor": "x" * 501}])
def test_an_odd_page_is_a_problem(world, changes):
    """Nobody reads the whole calendar in one go."""
    assert world.client.get(BOOK, world.days | changes).status_code == 400


def test_rubbish_for_a_cursor_is_not_found(world):
    """Not even base64: the first page, or none."""
    assert world.client.get(BOOK, world.days | {"cursor": "%%%"}).status_code in {200, 404}


def test_what_grows_comes_in_pages_and_what_is_bounded_comes_whole():
    """A list that grows for years and comes in one piece is what stops a clinic one morning."""
    schema = SchemaGenerator().get_schema(public=True)
    whole = {
        address.removeprefix("/api/v1/")
        for address, methods in schema["paths"].items()
        for answer in methods.get("get", {}).get("responses", {}).values()
        for body in answer.get("content", {}).values()
        if body["schema"].get("type") == "array"
    }
    grows = "appointments holds waitlist worklist sites resources visit-types holidays time-off "
    grows += "findings hold-plans procedures treatment-courses adverse-events follow-ups"
    assert not whole & {f"{noun}/" for noun in grows.split()}
    assert whole >= {
        "calendar-links/",
        "clinicians/{clinician_id}/blocks/",
        "patients/",
        "clinic-effects/",
        "effects/",
        "rules/",
        "sites/{site_id}/clinicians/",
        "sites/{site_id}/delays/",
        "sites/{site_id}/displays/",
        "sites/{site_id}/queue/",
        "treatment-courses/{course_id}/checks/",
    }
    assert "plain array" in schema["info"]["description"]
