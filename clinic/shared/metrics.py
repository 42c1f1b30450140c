"""What is counted while people are served: numbers by route and by kind of refusal, nobody's data.

Every label comes from a closed set: names of routes and actions, codes of refusals, methods. Under
several processes the numbers are kept in files that `/metrics` adds up (`gunicorn.conf.py`).
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Where no page was found: never the path itself, which may hold anything.
NO_ROUTE = "none"

REQUESTS = Counter(
    "dorsa_requests",
    "Answers, by name of the route.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "dorsa_request_seconds",
    "How long it took to answer, by name of the route.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
REFUSED = Counter(
    "dorsa_refused_actions",
    "What people wanted to do and was refused; code “slot_taken” is a conflict of bookings.",
    ["action", "code"],
    registry=REGISTRY,
)


def count_answer(*, route: str, method: str | None, status: int, seconds: float) -> None:
    """One request was answered."""
    name = method if method in METHODS else "other"
    REQUESTS.labels(route or NO_ROUTE, name, str(status)).inc()
    SECONDS.labels(route or NO_ROUTE).observe(seconds)


def count_refusal(*, action: str, code: str) -> None:
    """An action was refused by a rule of the clinic."""
    REFUSED.labels(action, code).inc()
