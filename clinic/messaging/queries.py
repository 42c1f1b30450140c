"""Reading the outbox."""

from django.core.paginator import Page, Paginator

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message

MESSAGES_A_PAGE = 25


def outbox(viewer: Viewer, number: str | None) -> "Page[Message]":
    """One page of all messages, newest first; a number that makes no sense is the nearest page.

    Raises `NotAllowed` without the permission to see it.
    """
    require(viewer, "messaging.view_outbox")
    page = Paginator(Message.objects.newest_first(), MESSAGES_A_PAGE).get_page(number)
    people = [message.patient_id for message in page if message.patient_id]
    record_read(viewer, "messages", people, kind=ReadKind.LIST)
    return page
