"""What the record does by itself, one file a subject. Celery looks for tasks here."""

from treatments.tasks.follow_ups import escalate_follow_ups
from treatments.tasks.news import write_newsletters

__all__ = ["escalate_follow_ups", "write_newsletters"]
