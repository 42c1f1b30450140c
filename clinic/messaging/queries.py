"""Reading the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message
from clinic.messaging.models.message import MessageQuerySet
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager

MESSAGES_A_PAGE = 25


@dataclass(frozen=True)
class OutboxFilter:
    """Which messages to show; "" is all of them."""

    status: str = ""
    kind: str = ""
    channel: str = ""


def outbox(viewer: Viewer, wanted: OutboxFilter, number: str | None) -> "Page[Message]":
    """One page of the messages, newest first; a number that makes no sense is the nearest page.

    Raises `NotAllowed` without the permission to see it.
    """
    require(viewer, "messaging.view_outbox")
    page = Paginator(_wanted(wanted).newest_first(), MESSAGES_A_PAGE).get_page(number)
    _note(viewer, page)
    return page


def outbox_page(viewer: Viewer, wanted: OutboxFilter, page: Pager) -> list[Message]:
    """The same for programs, a page at a time. Raises `NotAllowed`."""
    require(viewer, "messaging.view_outbox")
    rows = page(_wanted(wanted))
    _note(viewer, rows)
    return rows


def access_message(viewer: Viewer, message_id: int) -> Message:
    """One message. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "messaging.view_outbox")
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise NotFound
    record_read(viewer, "messages", [message.patient_id] if message.patient_id else [])
    return message


def _wanted(wanted: OutboxFilter) -> MessageQuerySet:
    told = {name: value for name, value in vars(wanted).items() if value}
    found: MessageQuerySet = Message.objects.filter(**told)
    return found


def _note(viewer: Viewer, rows: Iterable[Message]) -> None:
    people = [message.patient_id for message in rows if message.patient_id]
    record_read(viewer, "messages", people, kind=ReadKind.LIST)
