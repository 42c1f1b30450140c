"""The clinic's clockwork: every periodic task, in one readable place.

Each tick only says "look at the table"; the rows in PostgreSQL say what is due. So a tick that runs
twice, late or after hours of silence does no harm, and `expires` keeps ticks from piling up while
no worker listens.
"""

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "deliver-due-messages": {
        "task": "clinic.messaging.tasks.deliver_due_messages",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "keep-worklist": {
        "task": "scheduling.tasks.worklist.keep_worklist",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "offer-openings": {
        "task": "scheduling.tasks.waitlist.offer_openings",
        "schedule": 5.0,
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
