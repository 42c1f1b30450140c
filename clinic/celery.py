"""The Celery application. What it runs and when is in `clinic/schedule.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
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
