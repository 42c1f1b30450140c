"""`/metrics` for Prometheus: numbers only, behind a token, and no address without one."""

import os
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import NotFound
from clinic.shared.metrics import REGISTRY
from scheduling.queries.background import messages_lately, processes, queues


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What all processes counted, and how the queues stand. Raises `NotFound` without the token."""
    token = settings.METRICS_TOKEN
    told = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(told, f"Bearer {token}"):
        raise NotFound
    text = generate_latest(_counted()) + generate_latest(_Standing())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _Standing(Collector):
    """How the work stands that happens by itself, asked when somebody looks."""

    def collect(self) -> Iterator[Metric]:
        """A gauge each: queues, processes, messages of the last day."""
        now = timezone.now()
        waiting = GaugeMetricFamily("dorsa_queue_waiting", "What waits.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "dorsa_queue_oldest_seconds", "For how long the oldest has waited.", labels=["queue"]
        )
        late = GaugeMetricFamily(
            "dorsa_queue_late", "1 if it waits for longer than promised.", labels=["queue"]
        )
        for queue in queues(THE_CLINIC, now=now):
            waiting.add_metric([queue.name], queue.waiting)
            oldest.add_metric([queue.name], queue.age.total_seconds())
            late.add_metric([queue.name], int(queue.is_late))
        seen = GaugeMetricFamily(
            "dorsa_heartbeat_age_seconds", "Since a process was last seen.", labels=["process"]
        )
        for alive in processes(THE_CLINIC, now=now):
            if alive.age is not None:
                seen.add_metric([alive.process.value], alive.age.total_seconds())
        told = GaugeMetricFamily(
            "dorsa_messages_last_day",
            "Messages written within a day, by kind and what became of them.",
            labels=["kind", "status"],
        )
        for kind, status, number in messages_lately(THE_CLINIC, now=now):
            told.add_metric([kind, status], number)
        yield from (waiting, oldest, late, seen, told)
