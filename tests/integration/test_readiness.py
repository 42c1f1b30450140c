"""`/readyz` while Redis hangs: load balancers must not take the web down with it."""

import socket
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from django.test import Client

from clinic import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def hung_redis(settings):
    """It takes connections and never says a word, as after SIGSTOP."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(32)
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        yield


def test_a_redis_that_hangs_is_degraded_within_a_second(hung_redis):
    """Booking goes on without Redis, so the web is ready, and says so at once."""
    began = monotonic()
    answer = Client().get("/readyz")
    assert monotonic() - began < 1
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_many_who_ask_hold_no_thread(hung_redis):
    """Ten load balancers at once must not use up the threads that serve people."""
    broker = health._Broker()
    assert not broker.answers()
    broker._told = (0.0, *broker._told[1:])
    began = monotonic()
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _number: broker.answers(), range(40)))
    assert not any(answers)
    assert monotonic() - began < 0.9


def test_a_redis_that_is_back_is_noticed(hung_redis, settings):
    """What is remembered is remembered for a moment only."""
    broker = health._Broker()
    assert not broker.answers()
    broker.MOMENT = 0
    broker._ask = lambda: True
    assert broker.answers()
