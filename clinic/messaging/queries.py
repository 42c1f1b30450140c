"""Reading the outbox."""

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.messaging.models import Message, MessageQuerySet


def outbox(viewer: Viewer) -> MessageQuerySet:
    """Every message, newest first. Raises `NotAllowed` without the permission to see it."""
    require(viewer, "messaging.view_outbox")
    messages: MessageQuerySet = Message.objects.newest_first()
    return messages
