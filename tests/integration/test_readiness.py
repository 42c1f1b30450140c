"""`/readyz` while Redis hangs: load balancers must not take the web down with it."""

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event

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


def test_a_redis_that_hangs_is_degraded_and_not_waited_for(hung_redis):
    """Booking goes on without Redis, so the web is ready, and says so; it hangs for ever."""
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_many_who_ask_hold_no_thread(hung_redis):
    """Ten load balancers at once must not use up the threads that serve people."""
    broker = health._Broker()
    assert not broker.answers()
    broker._told = (0.0, *broker._told[1:])
    asking, may_answer = Event(), Event()

    def hang():
        asking.set()
        may_answer.wait(60)
        return False

    broker._ask = hang
    with ThreadPoolExecutor(10) as threads:
        first = threads.submit(broker.answers)
        assert asking.wait(60)
        # While it is being asked, everybody else is told what was so last, and goes.
        others = [threads.submit(broker.answers) for _number in range(40)]
        assert not any(other.result(60) for other in others)
        assert not first.done()
        may_answer.set()
        assert not first.result(60)


def test_a_redis_that_is_back_is_noticed(hung_redis, settings):
    """What is remembered is remembered for a moment only."""
    broker = health._Broker()
    assert not broker.answers()
    broker.MOMENT = 0
    broker._ask = lambda: True
    assert broker.answers()
