"""The day through REST: queue, delays, blocks, links."""

import pytest
from django.utils import timezone

from scheduling.models import Reservation, SecretLink
from tests.integration.arrivals.conftest import at, clinic, stranger  # noqa: F401
from tests.integration.test_booking import NOW, TEN
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clinic, at):  # noqa: F811
    at(NOW)
    return client_of(clinic.clerk)


def post(client, address, data=None, **headers):
    return client.post(address, data or {}, content_type="application/json", headers=headers)


def test_the_queue_says_who_waits_and_how_long(clinic, desk, at):  # noqa: F811
    """A ticket printer or a phone tree needs nothing else."""
    visit = clinic.visit(reason="Canary")
    clinic.step(visit, "arrive", NOW)
    at(TEN)
    address = f"/api/v1/sites/{clinic.site.pk}/queue/"
    answer = desk.get(address)
    (row,) = answer.json()
    assert (row["number"], row["waited_minutes"], row["expected_minutes"]) == (1, 60, 0)
    assert (row["before"], row["status"]) == (0, "arrived")
    assert "Canary" not in answer.content.decode()
    assert desk.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_blocks_are_made_once_listed_and_removed_by_version(clinic, desk):  # noqa: F811
    """A program that repeats itself after a timeout must not be told that it is in its own way."""
    address = f"/api/v1/clinicians/{clinic.clinician.pk}/blocks/"
    form = {"start_at": "2027-01-12T12:00:00Z", "end_at": "2027-01-12T13:00:00Z"}
    made = post(desk, address, form, **{"Idempotency-Key": "one"})
    again = post(desk, address, form, **{"Idempotency-Key": "one"})
    assert made.status_code == again.status_code == 201
    assert made.json() == again.json()
    refused = post(desk, address, form)
    assert (refused.status_code, refused.json()["code"]) == (409, "time_taken")
    assert [row["id"] for row in desk.get(f"{address}?day=2027-01-12").json()] == [
        made.json()["id"]
    ]
    assert desk.get(address).status_code == 400
    block = f"/api/v1/blocks/{made.json()['id']}/"
    assert desk.delete(block).status_code == 428
    assert desk.delete(block, headers={"If-Match": '"old"'}).status_code == 412
    version = desk.get(block)["ETag"]
    assert desk.delete(block, headers={"If-Match": version}).status_code == 204
    assert not Reservation.objects.filter(kind="block").exists()


def test_a_block_over_a_visit_lists_it(clinic, desk):  # noqa: F811
    """So that a program can move it."""
    visit = clinic.visit()
    form = {"start_at": "2027-01-12T10:00:00Z", "end_at": "2027-01-12T13:00:00Z"}
    answer = post(desk, f"/api/v1/clinicians/{clinic.clinician.pk}/blocks/", form)
    assert answer.status_code == 409
    assert [v["id"] for v in answer.json()["visits"]] == [str(visit.pk)]


def test_a_delay_is_said_listed_and_told_of(clinic, desk):  # noqa: F811
    """Nobody is told twice, by whichever way."""
    visit = clinic.visit()
    said = post(desk, f"/api/v1/clinicians/{clinic.clinician.pk}/delays/", {"minutes": 20})
    assert said.status_code == 201
    (row,) = desk.get(f"/api/v1/sites/{clinic.site.pk}/delays/").json()
    assert (row["minutes"], row["clinician"]) == (20, clinic.clinician.pk)
    tell = f"/api/v1/delays/{row['id']}/messages/"
    assert post(desk, tell, {"appointments": []}).json() == {"told": []}
    assert post(desk, tell).json() == {"told": [str(visit.pk)]}
    assert post(desk, tell).json() == {"told": []}


def test_links_are_made_and_revoked(clinic, desk, stranger):  # noqa: F811
    """The address is told once; the list never repeats it."""
    visit = clinic.visit()
    link = post(desk, f"/api/v1/appointments/{visit.pk}/check-in-link/")
    assert link.status_code == 201
    assert stranger.get("/" + link.json()["url"].split("/", 3)[3]).status_code == 200
    me = client_of(clinic.physician)
    cases = [
        (me, "/api/v1/calendar-links/", "/api/v1/calendar-links"),
        (desk, f"/api/v1/sites/{clinic.site.pk}/displays/", "/api/v1/displays"),
    ]
    for client, many, one in cases:
        made = post(client, many).json()
        path = "/" + made["url"].split("/", 3)[3]
        assert stranger.get(path).status_code == 200
        assert "url" not in client.get(many).json()[0]
        assert client.delete(f"{one}/{made['id']}/").status_code == 204
        assert stranger.get(path).status_code == 404
    assert SecretLink.objects.filter(revoked_at__lte=timezone.now()).count() == 2
