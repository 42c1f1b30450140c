"""What is done about people without anybody asking."""

import structlog
from celery import shared_task
from django.utils import timezone

from clinic.accounts.models import THE_CLINIC
from patients.actions.portal_requests import answer_request
from patients.queries.portal_requests import new_requests

log = structlog.get_logger(__name__)


@shared_task
def answer_portal_requests() -> None:
    """Look whether the clinic knows who asks for the portal: invite them, or leave it to the desk.

    Not in the request that asked: the time an answer takes would tell who is known.
    """
    now = timezone.now()
    waiting = new_requests(THE_CLINIC, now=now)
    for request_id in waiting:
        answer_request(request_id=request_id, by="portal requests", now=now)
    if waiting:
        log.info("portal_requests_answered", count=len(waiting))
