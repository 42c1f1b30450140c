"""Sends a fixed number of requests from processes of its own, one connection each, and times them.

The clients speak plain HTTP over loopback with the standard library, so that what is measured is
the server and not the client.
"""

import http.client
import json
import math
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

WARM_UP = 8
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
    context = multiprocessing.get_context("spawn")
    shot = time.time() + 1.0 + clients * 0.2
    plans = [(address, sessions[n % len(sessions)], dealt[n], shot) for n in range(clients)]
    with context.Pool(clients) as pool:
        results = pool.map(_client, plans, chunksize=1)
    began = min(result[1] for result in results)
    ended = max(result[2] for result in results)
    answers = [answer for result in results for answer in result[0]]
    return Timing(
        [seconds for seconds, _, _ in answers],
        Counter(status for _, status, _ in answers),
        max(size for _, _, size in answers),
        ended - began,
    )


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
