"""PostgreSQL restarted, fast and at once, and every session cut: what was promised stays."""

import signal
import time

import pytest
import requests

from tests.faults.house import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_after_a_restart_the_first_page_is_there(how, running):
    """Connections that were kept are dead now; nobody shall be shown an error for that."""
    address, _took = running.book()
    running.house.stop_postgres(how)
    running.house.start_postgres()
    answers = [running.page()[0].status_code for _ in range(12)]
    assert answers == [200] * 12
    after, _took = running.book()
    assert not running.told.tries_again
    wait_for(lambda: running.is_told(address) and running.is_told(after), "nobody was told")


def test_when_all_sessions_are_cut_nobody_is_shown_an_error(running):
    """As a change of PostgreSQL's settings does, or an impatient administrator."""
    for _ in range(3):
        running.house.end_sessions()
        assert [running.page()[0].status_code for _ in range(8)] == [200] * 8
    running.book()
    assert not running.told.tries_again


def test_without_postgresql_it_is_said_at_once_and_in_words(running):
    """A proxy takes this clinic out, a person reads what is the matter, and nothing hangs."""
    running.house.stop_postgres()
    try:
        time.sleep(0.5)
        ready = running.readiness()
        alive = requests.get(f"{running.house.web}/livez", timeout=5)
        page, took = running.page()
        program, _took = running.page("/api/v1/sites/")
    finally:
        running.house.start_postgres()
    print(f"/readyz after {ready[2]:.2f} s, a page after {took:.2f} s: {page.status_code}")
    assert ready[0] == 503
    assert ready[1]["database"] is False
    assert ready[2] < 2
    assert alive.ok
    assert page.status_code == 503
    assert "Retry-After" in page.headers
    assert "try again" in page.text
    assert took < 2
    assert program.status_code == 503
    assert program.json()["code"] == "unavailable"
    wait_for(lambda: running.readiness()[0] == 200, "it does not come back")
    assert running.page()[0].status_code == 200
