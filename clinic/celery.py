"""The Celery application. What it runs and when is in `clinic/schedule.py`."""

import os
from time import monotonic
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, setup_logging, worker_init
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("dorsa")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_kwargs: Any) -> None:
    """Connecting this signal is how Celery is told to leave logging as Django set it up."""


@worker_init.connect
@beat_init.connect
def keep_within_walls(**_kwargs: Any) -> None:
    """A worker, like the web, does not serve as the owner of the tables."""
    if not settings.DEMO:
        from clinic.audit.walls import refuse_to_serve_as_owner

        refuse_to_serve_as_owner()


class _BeatIsAlive:
    """Writes a heartbeat when beat ticks, at most every `SECONDS`."""

    SECONDS = 15.0

    def __init__(self) -> None:
        self.told_at = 0.0

    def __call__(self, **_kwargs: Any) -> None:
        """Trouble with the database is no reason not to tick."""
        from clinic.messaging.actions.operating import note_alive
        from clinic.messaging.models import Process

        if monotonic() - self.told_at < self.SECONDS:
            return
        self.told_at = monotonic()
        try:
            note_alive(name=Process.BEAT, by="beat", now=timezone.now())
        except DatabaseError:
            connection.close()


@beat_init.connect
def tell_that_beat_is_alive(**_kwargs: Any) -> None:
    """In beat's process each tick that is sent is a sign of life, whether Redis takes it or not."""
    before_task_publish.connect(_BeatIsAlive(), weak=False)
