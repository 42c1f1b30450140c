"""What is due: for whoever does it, and of one person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from patients.models import Patient
from patients.queries import access_chart
from treatments.domain.states import FollowUpStatus
from treatments.models import FollowUp

OPEN = (FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS)


class When(StrEnum):
    """Which follow-ups are wanted."""

    DUE = "due"
    OVERDUE = "overdue"
    LATER = "later"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """A choice of follow-ups; "" means any."""

    owner_role: str = ""
    kind: str = ""
    when: str = When.DUE


def work_list(viewer: Viewer, wanted: Wanted, *, page: Pager, now: datetime) -> list[FollowUp]:
    """Follow-ups of the people whose charts the viewer may open; the most overdue first.

    `due` are those that may be done now, overdue ones included.
    """
    user = require(viewer, "treatments.work_follow_ups")
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = _rows().filter(patient__in=people.values("pk"))
    if wanted.owner_role:
        rows = rows.filter(owner_role=wanted.owner_role)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    found: list[FollowUp] = page(_at(rows, wanted.when, now))
    record_read(viewer, "follow-ups", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def follow_ups(viewer: Viewer, patient_id: UUID, *, page: Pager, now: datetime) -> list[FollowUp]:
    """Everything that was or is due for one person. Raises as `access_chart` does."""
    require(viewer, "treatments.work_follow_ups")
    patient = access_chart(viewer, patient_id, now=now)
    return page(_rows().filter(patient=patient))


def open_follow_ups(viewer: Viewer, patient: Patient) -> list[FollowUp]:
    """What is open for a person whose chart is open, the most pressing first; for the chart."""
    require(viewer, "patients.view_chart")
    rows = FollowUp.objects.select_related("procedure", "course__treatment")
    return list(rows.filter(patient=patient, status__in=OPEN).order_by("due_at", "id"))


def access_follow_up(viewer: Viewer, follow_up_id: UUID, *, now: datetime) -> FollowUp:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, "treatments.work_follow_ups")
    found = _rows().filter(pk=follow_up_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def _rows() -> QuerySet[FollowUp]:
    return FollowUp.objects.select_related(
        "patient", "procedure", "procedure__treatment", "course__treatment", "closed_by"
    ).order_by("due_at", "id")


def _at(rows: QuerySet[FollowUp], when: str, now: datetime) -> QuerySet[FollowUp]:
    if when == When.ENDED:
        return rows.exclude(status__in=OPEN)
    rows = rows.filter(status__in=OPEN)
    if when == When.OVERDUE:
        return rows.filter(due_at__lt=now)
    if when == When.LATER:
        return rows.filter(earliest_at__gt=now)
    return rows.filter(earliest_at__lte=now) if when == When.DUE else rows
