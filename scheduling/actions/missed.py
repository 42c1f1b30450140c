"""Marking visits to which nobody came."""

from datetime import datetime
from uuid import UUID

from clinic.shared.actions import action
from scheduling.actions.errors import StepRefused
from scheduling.actions.steps import take_step_unasked
from scheduling.domain.states import MOVABLE, Step
from scheduling.models import Appointment

NOTE = "nobody came"


@action
def mark_missed(*, appointment_id: UUID, by: None, now: datetime) -> Appointment | None:
    """Nobody came to this visit; the desk can take that back as any step.

    None if somebody came after all, or another worker or the desk is just changing the visit.
    """
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    visit = rows.filter(pk=appointment_id, status__in=MOVABLE, end_at__lte=now).first()
    if visit is None:
        return None
    return take_step_unasked(
        appointment=visit, step=Step.NO_SHOW, check=_still_to_come, note=NOTE, by=None, now=now
    )


def _still_to_come(current: Appointment) -> None:
    if current.status not in MOVABLE:
        raise StepRefused("Somebody came after all.")
