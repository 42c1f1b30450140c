"""`/livez` and `/readyz` for load balancers and the runner."""

from threading import Lock
from time import monotonic

import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready when the database answers. Without Redis the clinic works on, so that is "degraded"."""
    database, broker = _database_answers(), _broker.answers()
    status = "unavailable" if not database else "ok" if broker else "degraded"
    body = {"status": status, "database": database, "redis": broker}
    return JsonResponse(body, status=200 if database else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


class _Broker:
    """Whether Redis answers: asked by one thread at a time, and remembered for a moment.

    A Redis that hangs is given up after `PATIENCE` seconds. Whoever asks meanwhile is told what was
    so last, so that load balancers that ask often do not use up the threads that serve people.
    """

    PATIENCE = 0.3
    MOMENT = 2.0

    def __init__(self) -> None:
        self._asking = Lock()
        self._told: tuple[float, str, bool] | None = None

    def answers(self) -> bool:
        """Whether it answered last time, which is at most `MOMENT` seconds ago or being asked."""
        told = self._told
        if told and told[1] == settings.REDIS_URL and monotonic() - told[0] < self.MOMENT:
            return told[2]
        if not self._asking.acquire(blocking=told is None):
            return told is not None and told[2]
        try:
            answered = self._ask()
            self._told = (monotonic(), settings.REDIS_URL, answered)
        finally:
            self._asking.release()
        return answered

    def _ask(self) -> bool:
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=self.PATIENCE,
            socket_connect_timeout=self.PATIENCE,
            retry=None,
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


_broker = _Broker()
