"""Versions: nothing is sent twice, and nobody writes over what they have not seen."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from scheduling.models import Appointment, Resource
from tests.api.test_once import BOOK, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def visit(world):
    address = f"{BOOK}{world.post(world.body()).json()['id']}/"
    return address, world.client.get(address)["ETag"]


def patch(world, address, reason, client=None, **headers):
    client = client or world.client
    body = {"reason": reason}
    return client.patch(address, body, content_type="application/json", headers=headers)


def test_what_is_known_is_not_sent_again(world):
    """A program that asks every minute costs nothing."""
    address, tag = visit(world)
    for known in (tag, f'W/{tag}, "other"', "*"):
        again = world.client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert world.client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_change_says_which_version_it_is_about(world):
    """Without a version, whoever comes last would win without knowing."""
    address, tag = visit(world)
    assert patch(world, address, "knee").status_code == 428
    assert patch(world, address, "knee", **{"If-Match": '"older"'}).status_code == 412
    changed = patch(world, address, "knee", **{"If-Match": tag})
    assert (changed.status_code, changed.json()["reason"]) == (200, "knee")
    assert patch(world, address, "hip", **{"If-Match": tag}).status_code == 412
    assert world.client.get(address)["ETag"] == changed["ETag"] != tag
    assert patch(world, address, "hip", **{"If-Match": changed["ETag"]}).status_code == 200
    assert patch(world, address, "any", **{"If-Match": "*"}).status_code == 200


def test_a_step_taken_meanwhile_makes_the_version_old(world):
    """Where the visit stands is part of what was seen."""
    address, tag = visit(world)
    step = world.post({"step": "confirm"}, key="", address=f"{address}steps/")
    assert step["ETag"] == world.client.get(address)["ETag"] != tag
    assert patch(world, address, "knee", **{"If-Match": tag}).status_code == 412


def test_moves_steps_and_rooms_honour_a_version_that_is_sent(world):
    """Who says what they have seen must not write over what they have not; it may be left out."""
    address, tag = visit(world)
    old = next(r for r in world.client.get(address).json()["resources"] if r["kind"] == "room")
    new = Resource.objects.filter(kind="room").exclude(pk=old["id"]).first()
    later = world.start_at + timedelta(hours=2)
    writes = {
        "assign": {"old": old["id"], "new": new.pk},
        "move": {"site": world.site.pk, "start_at": later.isoformat()},
        "steps": {"step": "confirm"},
    }
    for what, body in writes.items():
        there = f"{address}{what}/"
        stale = world.post(body, key="", address=there, **{"If-Match": '"stale"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale"), what
        assert world.client.get(address)["ETag"] == tag, "nothing was changed"
        done = world.post(body, key="", address=there, **{"If-Match": tag})
        assert done.status_code == 200, done.content
        tag = world.client.get(address)["ETag"]
        assert tag == done["ETag"]
    undo = {"step": "undo"}
    stale = world.post(undo, key="", address=f"{address}steps/", **{"If-Match": '"stale"'})
    assert stale.status_code == 412
    assert world.post(undo, key="", address=f"{address}steps/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_version_are_one_change(monkeypatch):
    """Both have read the same; the second must learn of the first instead of burying it."""
    from scheduling.api import appointments

    world = World()
    address, tag = visit(world)
    access, both = appointments.board.access_appointment, threading.Barrier(2)

    def read_then_wait(*args, **kwargs):
        found = access(*args, **kwargs)
        both.wait(timeout=10)
        return found

    monkeypatch.setattr(appointments.board, "access_appointment", read_then_wait)
    codes = []

    def change(reason):
        client = world.client_of(world.clerk)
        codes.append(patch(world, address, reason, client, **{"If-Match": tag}).status_code)
        connection.close()

    threads = [threading.Thread(target=change, args=(reason,)) for reason in ("knee", "hip")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(codes) == [200, 412]
    assert Appointment.objects.get().reason in {"knee", "hip"}
