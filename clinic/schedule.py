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
        "task": "scheduling.tasks.keep_worklist",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
}
