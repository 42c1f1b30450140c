"""Sends a fixed number of requests from processes of its own, one connection each, and times them.

The clients speak plain HTTP over loopback with the standard library: two processes with threads,
since sixteen interpreters would take the cores from the server that is measured.
"""

import http.client
import json
import math
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

WARM_UP = 8
PROCESSES = 2
_CSRF = "a" * 32


@dataclass(frozen=True)
class Ask:
    """One request: `body` makes it a POST of JSON."""

    path: str
    body: dict[str, object] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Timing:
    """What came back: seconds for each request, statuses, and the size of the largest answer."""

    seconds: list[float]
    statuses: Counter[int]
    bytes: int
    wall: float

    def percentile(self, percent: float) -> float:
        """The nearest-rank percentile, in milliseconds."""
        ordered = sorted(self.seconds)
        rank = max(1, math.ceil(len(ordered) * percent / 100))
        return ordered[rank - 1] * 1000

    @property
    def rate(self) -> float:
        """Requests a second, over all clients."""
        return len(self.seconds) / self.wall


def send(address: str, sessions: Sequence[str], asks: Sequence[Ask], *, clients: int = 1) -> Timing:
    """The requests, dealt out to so many clients that begin together; one session each."""
    dealt = [list(asks[n::clients]) for n in range(clients)]
    shot = time.time() + 2.0 + clients * 0.1
    plans = [(address, sessions[n % len(sessions)], dealt[n], shot) for n in range(clients)]
    results = at_once(_client, plans)
    began = min(result[1] for result in results)
    ended = max(result[2] for result in results)
    answers = [answer for result in results for answer in result[0]]
    return Timing(
        [seconds for seconds, _, _ in answers],
        Counter(status for _, status, _ in answers),
        max(size for _, _, size in answers),
        ended - began,
    )


def at_once(work, plans):
    """What `work` gives for each plan: all at the same time, in threads of a few processes."""
    processes = min(PROCESSES, len(plans))
    shares = [(work, plans[n::processes]) for n in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [result for share in pool.map(_in_threads, shares, chunksize=1) for result in share]


def _in_threads(share):
    work, plans = share
    with ThreadPoolExecutor(len(plans)) as threads:
        return list(threads.map(work, plans))


def _client(plan):
    address, session, asks, shot = plan
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Cookie": f"sessionid={session}; csrftoken={_CSRF}", "X-CSRFToken": _CSRF}
    # Workers wake up before the clock runs; a server hangs up on whoever waits for long.
    for _ in range(WARM_UP):
        _send(connection, Ask("/api/v1/sites/"), headers)
    connection.close()
    time.sleep(max(0.0, shot - time.time()))
    _send(connection, Ask("/api/v1/sites/"), headers)
    began = time.time()
    answers = [_send(connection, ask, headers) for ask in asks]
    return answers, began, time.time()


def _send(connection, ask, headers):
    method, body, headers = "GET", None, headers | ask.headers
    if ask.body is not None:
        method, body = "POST", json.dumps(ask.body)
        headers = headers | {"Content-Type": "application/json"}
    began = time.perf_counter()
    connection.request(method, ask.path, body, headers)
    answer = connection.getresponse()
    size = len(answer.read())
    return time.perf_counter() - began, answer.status, size
