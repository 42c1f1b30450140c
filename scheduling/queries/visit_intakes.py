"""Which visits of a board have an intake, are still without one, or have one to be looked at."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from clinic.accounts.models import Viewer
from clinic.shared.errors import NotAllowed
from patients.models import PortalAccess
from scheduling.domain.intake_states import IntakeState
from scheduling.domain.states import NOT_BEGUN
from scheduling.models import Appointment
from treatments.models import Intake

_MAY = ("scheduling.view_board", "scheduling.view_own_day")
_MAY_LOOK = "patients.take_over_said"


def intake_states(
    viewer: Viewer, visits: Iterable[UUID], *, now: datetime
) -> Mapping[UUID, IntakeState]:
    """Of those of these visits that have not begun; without those whom nobody asked.

    Only people who are let into the portal are asked there. That lines wait to be looked at is for
    whoever may take them over. One query, and none for nobody. Raises `NotAllowed`.
    """
    if not any(viewer.has_perm(name) for name in _MAY):
        raise NotAllowed
    ids = set(visits)
    if not ids:
        return {}
    sent = Intake.objects.sent().filter(appointment_id=OuterRef("pk"))
    let_in = PortalAccess.objects.in_force(now.date()).filter(patient=OuterRef("patient"))
    rows = Appointment.objects.filter(pk__in=ids, status__in=sorted(NOT_BEGUN)).annotate(
        is_sent=Exists(sent), is_open=Exists(sent.to_look_at()), is_asked=Exists(let_in)
    )
    may_look = viewer.has_perm(_MAY_LOOK)
    found: dict[UUID, IntakeState] = {}
    for key, is_sent, is_open, is_asked in rows.values_list("pk", "is_sent", "is_open", "is_asked"):
        if is_sent:
            found[key] = IntakeState.TO_LOOK_AT if is_open and may_look else IntakeState.SENT
        elif is_asked:
            found[key] = IntakeState.NOT_SENT
    return found
