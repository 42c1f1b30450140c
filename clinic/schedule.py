"""The clinic's clockwork: every periodic task, in one readable place.

Each tick only says "look at the table"; the rows in PostgreSQL say what is due. So a tick that runs
twice, late or after hours of silence does no harm, and `expires` keeps ticks from piling up while
no worker listens.
"""

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "deliver-email": {
        "task": "clinic.messaging.tasks.deliver_email",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "deliver-sms": {
        "task": "clinic.messaging.tasks.deliver_sms",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "note-heartbeat": {
        "task": "clinic.messaging.tasks.note_heartbeat",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "write-newsletters": {
        "task": "treatments.tasks.news.write_newsletters",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "keep-worklist": {
        "task": "scheduling.tasks.worklist.keep_worklist",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # Compares every coming visit with the hours: seconds in a clinic of 100,000 of them.
    "sweep-worklist": {
        "task": "scheduling.tasks.worklist.sweep",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    "offer-openings": {
        "task": "scheduling.tasks.waitlist.offer_openings",
        "schedule": 2.0,
        "options": {"expires": 30},
    },
    "look-at-changed-histories": {
        "task": "scheduling.tasks.rules.look_at_changed_histories",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "look-at-coming-visits": {
        "task": "scheduling.tasks.rules.look_at_coming_visits",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # What is done once on each local date: the table is in scheduling/tasks/nightly.py.
    "keep-nights": {
        "task": "scheduling.tasks.nightly.keep_nights",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "remind": {
        "task": "scheduling.tasks.reminders.remind",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "prepare": {
        "task": "scheduling.tasks.reminders.prepare",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "answer-texts": {
        "task": "scheduling.tasks.reminders.answer_texts",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "mark-no-shows": {
        "task": "scheduling.tasks.reminders.mark_no_shows",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "escalate-follow-ups": {
        "task": "treatments.tasks.follow_ups.escalate_follow_ups",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "ask-how-people-are": {
        "task": "scheduling.tasks.asking.ask_how_people_are",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "answer-portal-requests": {
        "task": "patients.tasks.answer_portal_requests",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "ask-for-diaries": {
        "task": "scheduling.tasks.asking.ask_for_diaries",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "clear-expired-holds": {
        "task": "scheduling.tasks.waitlist.clear_expired_holds",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    "forget-answers": {
        "task": "clinic.accounts.tasks.forget_old_answers",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
}
