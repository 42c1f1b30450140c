"""What the calendar does by itself, one file a subject. Celery looks for tasks here."""

from scheduling.tasks.rules import look_at_changed_histories, look_at_coming_visits
from scheduling.tasks.waitlist import clear_expired_holds, offer_openings
from scheduling.tasks.worklist import keep_worklist

__all__ = [
    "clear_expired_holds",
    "keep_worklist",
    "look_at_changed_histories",
    "look_at_coming_visits",
    "offer_openings",
]
