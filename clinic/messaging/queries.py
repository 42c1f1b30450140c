"""Reading the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Case, Value, When

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message
from clinic.messaging.models.message import MessageQuerySet
from clinic.messaging.receipts import without_a_word
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager

MESSAGES_A_PAGE = 25
# Beside the states of a message: sent, and nobody has told what became of it.
WITHOUT_A_WORD = "no_word"


@dataclass(frozen=True)
class OutboxFilter:
    """Which messages to show; "" is all of them. `status` may be `WITHOUT_A_WORD`."""

    status: str = ""
    kind: str = ""
    channel: str = ""


def outbox(
    viewer: Viewer, wanted: OutboxFilter, number: str | None, *, now: datetime
) -> "Page[Message]":
    """One page of the messages, newest first; a number that makes no sense is the nearest page.

    Raises `NotAllowed` without the permission to see it.
    """
    require(viewer, "messaging.view_outbox")
    page = Paginator(_wanted(wanted, now).newest_first(), MESSAGES_A_PAGE).get_page(number)
    _note(viewer, page)
    return page


def outbox_page(
    viewer: Viewer, wanted: OutboxFilter, page: Pager, *, now: datetime
) -> list[Message]:
    """The same for programs, a page at a time. Raises `NotAllowed`."""
    require(viewer, "messaging.view_outbox")
    rows = page(_wanted(wanted, now))
    _note(viewer, rows)
    return rows


def access_message(viewer: Viewer, message_id: int, *, now: datetime) -> Message:
    """One message. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "messaging.view_outbox")
    message = _marked(Message.objects.filter(pk=message_id), now).first()
    if message is None:
        raise NotFound
    record_read(viewer, "messages", [message.patient_id] if message.patient_id else [])
    return message


def _wanted(wanted: OutboxFilter, now: datetime) -> MessageQuerySet:
    told = {name: value for name, value in vars(wanted).items() if value}
    is_silent = told.get("status") == WITHOUT_A_WORD
    if is_silent:
        del told["status"]
    found: MessageQuerySet = Message.objects.filter(**told)
    return _marked(found.filter(without_a_word(now)) if is_silent else found, now)


def _marked(rows: MessageQuerySet, now: datetime) -> MessageQuerySet:
    silent = Case(When(without_a_word(now), then=Value(True)), default=Value(False))
    marked: MessageQuerySet = rows.annotate(no_word=silent)
    return marked


def _note(viewer: Viewer, rows: Iterable[Message]) -> None:
    people = [message.patient_id for message in rows if message.patient_id]
    record_read(viewer, "messages", people, kind=ReadKind.LIST)
