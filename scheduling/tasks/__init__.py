"""What the calendar does by itself, one file a subject. Celery looks for tasks here."""

from scheduling.tasks.asking import ask_how_people_are
from scheduling.tasks.nightly import keep_nights
from scheduling.tasks.reminders import answer_texts, mark_no_shows, prepare, remind
from scheduling.tasks.rules import look_at_changed_histories, look_at_coming_visits
from scheduling.tasks.waitlist import clear_expired_holds, offer_openings
from scheduling.tasks.worklist import keep_worklist, sweep

__all__ = [
    "answer_texts",
    "ask_how_people_are",
    "clear_expired_holds",
    "keep_nights",
    "keep_worklist",
    "look_at_changed_histories",
    "look_at_coming_visits",
    "mark_no_shows",
    "offer_openings",
    "prepare",
    "remind",
    "sweep",
]
