"""Who waits, on the desk's page and on the screen in the waiting room."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts.roles import Role
from scheduling.actions.delays import note_delay
from scheduling.actions.links import open_display, revoke_link
from scheduling.queries.waiting import forecasts, queue
from tests import builders
from tests.integration.test_booking import NOW, TEN
from tests.security.clients import client_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def screen(clinic):
    return open_display(site=clinic.site, by=clinic.clerk, now=NOW)


def shown(stranger, screen, **headers):
    return stranger.get(f"/public/waiting/{screen.secret}/", headers=headers)


def test_the_longest_wait_stands_first(clinic):
    """Nobody is forgotten because somebody louder came later."""
    first, second = clinic.visit(), clinic.visit()
    clinic.step(second, "arrive", NOW)
    clinic.step(first, "arrive", NOW + 10 * MINUTE)
    rows = queue(clinic.clerk, clinic.site, now=NOW + 25 * MINUTE)
    assert [row.row.appointment for row in rows] == [second, first]
    assert [(row.number, row.waited_minutes, row.waits_long) for row in rows] == [
        (1, 25, True),
        (2, 15, False),
    ]
    assert [row.forecast.minutes for row in rows] == [65, 35]
    assert [row.forecast.before for row in rows] == [1, 0]
    clinic.step(second, "room", NOW + 25 * MINUTE)
    rows = queue(clinic.clerk, clinic.site, now=NOW + 26 * MINUTE)
    assert rows[0].waited_minutes == 26, "a room is not the end of waiting"


def test_a_delay_is_in_every_forecast(clinic):
    """A screen that says “next” while the clinician is an hour late is a lie."""
    visit = clinic.visit()
    clinic.step(visit, "arrive", NOW)
    note_delay(resource=clinic.clinician, minutes=45, by=clinic.clerk, now=NOW)
    assert forecasts(clinic.clerk, clinic.site, now=TEN)[visit.pk].minutes == 45


def test_the_desk_takes_the_next_step_from_the_queue(clinic, at):
    """One button a row, and the row leaves."""
    at(TEN)
    visit = clinic.visit()
    clinic.step(visit, "arrive", TEN - 21 * MINUTE)
    desk = client_of(clinic.clerk)
    page = desk.get("/desk/queue/").content.decode()
    assert visit.patient.sort_name in page
    assert "21 min" in page
    assert "long" in page
    assert desk.post(f"/desk/queue/{visit.pk}/steps/", {"step": "room"}).url == "/desk/queue/"
    visit.refresh_from_db()
    assert visit.status == "roomed"
    fragment = desk.get("/desk/queue/", headers={"HX-Request": "true"}).content.decode()
    assert "In a room" in fragment
    assert "<html" not in fragment


def test_queries_do_not_grow_with_the_queue(clinic, django_assert_max_num_queries, at):
    """The fullest waiting room must not be the slowest page."""
    at(TEN)
    for _ in range(8):
        clinic.step(clinic.visit(), "arrive", NOW)
    desk = client_of(clinic.clerk)
    desk.get("/desk/queue/")
    with django_assert_max_num_queries(18):
        desk.get("/desk/queue/")


def test_the_screen_calls_numbers_and_names_nobody(clinic, screen, at, stranger):
    """Everybody in the room reads it, and so does whoever looks in from the street."""
    called, waiting = clinic.visit(reason="Low back pain"), clinic.visit()
    for visit in (called, waiting):
        clinic.step(visit, "arrive", NOW)
    clinic.step(called, "room", TEN)
    at(TEN + MINUTE)
    text = shown(stranger, screen).content.decode()
    room = next(p.resource.name for p in called.taken if p.resource.kind == "room")
    assert f"please go to {room}" in text
    assert clinic.clinician.name in text
    assert "about 30 min" in text
    for visit in (called, waiting):
        patient = visit.patient
        for secret in (patient.family_name, patient.given_names, str(patient.record_number)):
            assert secret not in text
        assert str(visit.pk) not in text
    assert "Low back" not in text
    assert clinic.kind.name not in text
    at(TEN + 4 * MINUTE)
    assert "please go to" not in shown(stranger, screen).content.decode()


def test_the_screen_is_sent_only_when_it_changes(clinic, screen, at, stranger):
    """It asks six times a minute, all day."""
    visit = clinic.visit()
    at(TEN)
    first = shown(stranger, screen, **{"HX-Request": "true"})
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    known = {"HX-Request": "true", "If-None-Match": first["ETag"]}
    again = shown(stranger, screen, **known)
    assert (again.status_code, again.content) == (304, b"")
    clinic.step(visit, "arrive", TEN)
    changed = shown(stranger, screen, **known)
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_screen_that_was_switched_off_goes_dark(clinic, screen, at, stranger):
    """It must not go on showing what was so once."""
    at(TEN)
    assert shown(stranger, screen).status_code == 200, "the positive control"
    revoke_link(link=screen.link, by=clinic.clerk, now=TEN)
    assert shown(stranger, screen).status_code == 404
    fragment = shown(stranger, screen, **{"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Refresh"]) == (404, "true")
    assert stranger.get("/public/waiting/none/").status_code == 404


def test_the_secret_of_a_screen_is_kept_nowhere(clinic, at):
    """Who reads the database must not be able to open the screen."""
    at(TEN)
    desk = client_of(clinic.clerk)
    page = desk.post(f"/desk/display/?site={clinic.site.pk}")
    secret = page.context["new"].rstrip("/").rsplit("/", 1)[1]
    link = clinic.site.secret_links.get()
    assert secret not in str(vars(link))
    assert secret not in desk.get("/desk/display/").content.decode()
    assert Client().get(f"/public/waiting/{secret}/").status_code == 200
    link.refresh_from_db()
    assert link.last_used_at == TEN
    assert desk.post(f"/desk/display/{link.pk}/off/").status_code == 302
    assert Client().get(f"/public/waiting/{secret}/").status_code == 404


def test_other_sites_screens_are_not_ours_to_switch_off(clinic, screen):
    """Nor to count."""
    elsewhere = builders.make_user(Role.FRONT_DESK)
    elsewhere.team_memberships.all().delete()
    assert client_of(elsewhere).post(f"/desk/display/{screen.link.pk}/off/").status_code == 404
