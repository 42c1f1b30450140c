"""Valkey stopped, hung, flushed, restarted empty: nobody at the desk notices.

It carries nothing but "look at the table", so nothing is in it that could be lost.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.house import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]
# Readers at once, and pages for each of them.
READERS, PAGES = 3, 60
SLOWEST_PAGE = 0.5
# On a machine that is busy with other things the pages are only held against themselves.
NO_SLOWER = 1.5


def p99(seconds):
    return sorted(seconds)[int(len(seconds) * 0.99)]


def read_on(running):
    """Pages, one after the other, by several people; how long each took."""

    def read(_reader):
        found = []
        for number in range(PAGES):
            answer, took = running.page("/desk/" if number % 2 else "/desk/people/?q=ruiz")
            assert answer.status_code == 200, answer.status_code
            found.append(took)
        return found

    with ThreadPoolExecutor(READERS) as readers:
        return [took for each in readers.map(read, range(READERS)) for took in each]


def test_pages_and_bookings_are_as_fast_with_valkey_hung(running):
    """A page that waited for the broker would stop the whole desk."""
    before = read_on(running)
    running.house.hang_valkey()
    try:
        hung = read_on(running)
        booked = [running.book()[1] for _ in range(20)]
        status, parts, took = running.readiness()
    finally:
        running.house.wake_valkey()
    print(
        f"page p99 {p99(before) * 1000:.0f} ms before, {p99(hung) * 1000:.0f} ms hung; "
        f"booking p99 {p99(booked) * 1000:.0f} ms; /readyz {took * 1000:.0f} ms"
    )
    assert p99(hung) <= max(SLOWEST_PAGE, NO_SLOWER * p99(before))
    assert p99(booked) <= max(SLOWEST_PAGE, NO_SLOWER * p99(before))
    assert (status, parts) == (200, {"status": "degraded", "database": True, "redis": False})
    assert took < 2


def hang(house):
    house.hang_valkey()
    time.sleep(10)
    house.wake_valkey()


def restart(house):
    house.stop_valkey()
    time.sleep(8)
    house.start_valkey()


def flush(house):
    for _ in range(20):
        house.broker().flushall()
        time.sleep(0.1)


@pytest.mark.parametrize("trouble", [hang, restart, flush])
def test_what_was_booked_meanwhile_is_told_soon_after(trouble, running):
    """A worker that does not find back to its broker looks alive and does nothing."""
    addresses = [running.book()[0] for _ in range(3)]
    trouble(running.house)
    addresses += [running.book()[0] for _ in range(3)]
    took = wait_for(lambda: all(map(running.is_told, addresses)), "the worker did not come back")
    print(f"{trouble.__name__}: told {took:.1f} s after it was over")
    assert took <= 30
    assert all(len(running.mail.to(address)) == 1 for address in addresses)
    running.house.parts["worker"].check()
    running.house.parts["beat"].check()
