"""Running late: what the desk's page and the clinician's own have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages

from clinic.accounts.guards import SignedInRequest
from scheduling.actions.delays import note_delay, tell_of_delay
from scheduling.models import Delay, Resource
from scheduling.queries import delays


def late_sections(
    request: SignedInRequest, held: Iterable[Delay], *, now: datetime
) -> list[dict[str, Any]]:
    """Each delay with the visits that it puts off."""
    sections = []
    for delay in held:
        rows = delays.affected(request.user, delay, now=now)
        untold = sum(row.can_be_told and not row.is_told for row in rows)
        sections.append({"delay": delay, "rows": rows, "untold": untold})
    return sections


def say_late(request: SignedInRequest, resource: Resource, minutes: int, *, now: datetime) -> None:
    """Note the delay, and say so on the next page."""
    note_delay(resource=resource, minutes=minutes, by=request.user, now=now)
    said = f"runs {minutes} minutes late" if minutes else "is on time again"
    messages.success(request, f"{resource.name} {said}.")


def tell_affected(
    request: SignedInRequest, delay: Delay, visit: UUID | None, *, now: datetime
) -> None:
    """Write to one of those who are put off, or to all, but to nobody twice."""
    rows = delays.affected(request.user, delay, now=now)
    chosen = [row for row in rows if visit in (None, row.appointment.pk)]
    chosen = [row for row in chosen if row.can_be_told and not row.is_told]
    for row in chosen:
        tell_of_delay(delay=delay, appointment=row.appointment, by=request.user, now=now)
    if chosen:
        words = "1 message is" if len(chosen) == 1 else f"{len(chosen)} messages are"
        messages.success(request, f"{words} on the way.")
    else:
        messages.info(request, "Everybody who is still to come has been told.")
