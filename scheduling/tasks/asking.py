"""Writing to people after a treatment: what to do at home, and how they are."""

import structlog
from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from scheduling.actions.asking import AFTERCARE_WITHIN, ask_due, send_aftercare
from scheduling.actions.diary_prompts import prompt_diaries
from scheduling.queries.anything_due import has_open_diaries, to_ask

log = structlog.get_logger(__name__)

BATCH = 100
MOST_ROUNDS = 50
# Blocks of one day whose diaries are open at once.
MOST_DIARIES = 1000


@shared_task
def ask_how_people_are() -> None:
    """Everybody who is due, batch by batch; safe twice and after hours of silence."""
    due = to_ask(THE_CLINIC, within=AFTERCARE_WITHIN, now=timezone.now())
    writers = [(send_aftercare, due.aftercare), (ask_due, due.questions)]
    for write in [write for write, is_due in writers if is_due]:
        for _number in range(MOST_ROUNDS):
            done = write(limit=BATCH, by=None, now=timezone.now())
            if done:
                log.info("people_written_to", about=write.__name__, people=done)
            if done < BATCH:
                break


@shared_task
def ask_for_diaries() -> None:
    """Everybody whose block diary has an hour that has come; safe twice and after silence."""
    if not has_open_diaries(THE_CLINIC, now=timezone.now()):
        return
    asked = prompt_diaries(limit=MOST_DIARIES, by=None, now=timezone.now())
    if asked:
        log.info("people_written_to", about="prompt_diaries", people=asked)
