"""What is due: for whoever does it, and of one person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager, in_line
from patients.models import Patient
from patients.queries import access_chart, access_patient
from treatments.domain.follow_ups import UNDO_LASTS, UNDOABLE
from treatments.domain.plain_follow_ups import (
    CALLING,
    DESK_ROLE,
    PLAIN_WORDS,
    SHARED_CALL,
    SHARED_ROLES,
    WORKING,
    plain_title,
)
from treatments.domain.states import FollowUpStatus
from treatments.models import FollowUp, FollowUpEvent, FollowUpKind

OPEN = (FollowUpStatus.REQUESTED, FollowUpStatus.IN_PROGRESS)


# How the occasion of what an alarming answer set off begins.
ALARM = "alarm:"
# What cannot wait stands first for the desk, whatever else is overdue; what is closed does not.
CANNOT_WAIT = Q(occasion__startswith=ALARM, status__in=OPEN)


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


@dataclass(frozen=True)
class Counts:
    """How many wait for somebody: due now (overdue ones among them), and overdue."""

    due: int
    overdue: int


@dataclass(frozen=True)
class PlainFollowUp:
    """A follow-up as the desk reads it: what to do for whom, without a clinical word."""

    row: FollowUp
    title: str
    says: str

    @property
    def is_alarm(self) -> bool:
        """Whether somebody waits for a call at once."""
        return self.row.occasion.startswith(ALARM)

    @property
    def phone(self) -> str:
        """Where they are called, "" if nobody knows."""
        return self.row.patient.phone or ""


def work_list(viewer: Viewer, wanted: Wanted, *, page: Pager, now: datetime) -> list[FollowUp]:
    """Follow-ups of the people whose charts the viewer may open; the most overdue first.

    `due` are those that may be done now, overdue ones included. What is one colleague's own is
    theirs alone, until it is moved to everybody.
    """
    user = require(viewer, WORKING)
    rows = _wanted(_mine(_rows(), user, now), wanted, now)
    found: list[FollowUp] = page(rows)
    record_read(viewer, "follow-ups", [row.patient_id for row in found], kind=ReadKind.LIST)
    return found


def desk_list(viewer: Viewer, wanted: Wanted, *, page: Pager, now: datetime) -> list[PlainFollowUp]:
    """What the desk does, in plain words; of everybody the clinic knows. Raises `NotAllowed`.

    In the order of `stands_at`: alarming answers first, then the most overdue.
    """
    require(viewer, CALLING)
    people = Patient.objects.current()
    rows = _wanted(_plain(_rows()).filter(patient__in=people.values("pk")), wanted, now)
    rows = rows.annotate(stands_at=in_line("due_at", first=CANNOT_WAIT))
    rows = rows.order_by("stands_at", "id")
    found: list[FollowUp] = page(rows.prefetch_related("patient__contacts"))
    record_read(viewer, "calls to make", [row.patient_id for row in found], kind=ReadKind.LIST)
    return [_in_plain(row) for row in found]


def plain_of(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[PlainFollowUp]:
    """What is open for one person, as the desk reads it. Raises as `access_patient` does."""
    require(viewer, CALLING)
    patient = access_patient(viewer, patient_id, now=now)
    rows = _plain(_rows()).filter(patient=patient, status__in=OPEN)
    return [_in_plain(row) for row in rows]


def _in_plain(row: FollowUp) -> PlainFollowUp:
    says = row.instructions if row.owner_role == DESK_ROLE else ""
    return PlainFollowUp(row, plain_title(row.kind, row.owner_role, row.title), says)


def counts(viewer: Viewer, *, now: datetime) -> Counts:
    """How many follow-ups wait for the viewer's own role; none for whoever does not work them.

    One statement; it names nobody.
    """
    user = as_user(viewer)
    if user is None or not (user.has_perm(WORKING) or user.has_perm(CALLING)):
        return Counts(0, 0)
    rows = FollowUp.objects.all()
    if user.has_perm(WORKING):
        rows = _mine(rows, user, now).filter(owner_role=user.role)
    else:
        rows = _plain(rows)
    rows = rows.filter(status__in=OPEN, earliest_at__lte=now)
    told = rows.aggregate(due=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    return Counts(told["due"], told["overdue"])


def follow_ups(viewer: Viewer, patient_id: UUID, *, page: Pager, now: datetime) -> list[FollowUp]:
    """Everything that was or is due for one person. Raises as `access_chart` does."""
    require(viewer, WORKING)
    patient = access_chart(viewer, patient_id, now=now)
    return page(_rows().filter(patient=patient))


def open_follow_ups(viewer: Viewer, patient: Patient) -> list[FollowUp]:
    """What is open for a person whose chart is open, the most pressing first; for the chart."""
    require(viewer, "patients.view_chart")
    # A procedure has many columns, and its name and day are all that is shown here.
    rows = FollowUp.objects.select_related("procedure", "course__treatment", "owner").only(
        *("patient", "kind", "title", "instructions", "owner_role", "earliest_at", "due_at"),
        *("status", "result", "closed_at", "procedure__text", "procedure__performed_at"),
        *("course__treatment__name", "owner__name", "tries", "escalated_at", "escalated_from"),
    )
    rows = rows.prefetch_related(_HAPPENED)
    found = list(rows.filter(patient=patient, status__in=OPEN).order_by("due_at", "id"))
    for row in found:
        row.patient = patient
    return found


def access_follow_up(viewer: Viewer, follow_up_id: UUID, *, now: datetime) -> FollowUp:
    """One of them. Raises `NotFound`, and as `access_chart` does."""
    require(viewer, WORKING)
    found = _rows().filter(pk=follow_up_id).first()
    if found is None:
        raise NotFound
    access_chart(viewer, found.patient_id, now=now)
    return found


def access_plain(viewer: Viewer, follow_up_id: UUID, *, now: datetime) -> PlainFollowUp:
    """One that the desk does. Raises `NotFound`, `NotAllowed`."""
    require(viewer, CALLING)
    people = Patient.objects.current()
    rows = _plain(_rows()).filter(pk=follow_up_id, patient__in=people.values("pk"))
    found = rows.prefetch_related("patient__contacts").first()
    if found is None:
        raise NotFound
    record_read(viewer, "calls to make", [found.patient_id])
    return _in_plain(found)


def just_done(viewer: Viewer, *, now: datetime) -> list[FollowUp]:
    """What the viewer pressed last and may still take back, the newest first; at most five."""
    user = as_user(viewer)
    if user is None or not (user.has_perm(WORKING) or user.has_perm(CALLING)):
        return []
    last = FollowUpEvent.objects.filter(follow_up=OuterRef("pk")).exclude(kind="escalated")
    newest = last.order_by("-happened_at", "-id")
    rows = _mine(_rows(), user, now) if user.has_perm(WORKING) else _plain(_rows())
    found = rows.annotate(
        last_by=Subquery(newest.values("by")[:1]),
        last_at=Subquery(newest.values("happened_at")[:1]),
        last_kind=Subquery(newest.values("kind")[:1]),
    ).filter(last_by=user.pk, last_at__gte=now - UNDO_LASTS, last_kind__in=UNDOABLE)
    return list(found.order_by("-last_at")[:5])


# Why it was moved, and what was pressed last.
_HAPPENED = Prefetch(
    "events", FollowUpEvent.objects.select_related("by").order_by("happened_at", "id")
)


def _rows() -> QuerySet[FollowUp]:
    return (
        FollowUp.objects.select_related(
            *("patient", "procedure", "procedure__treatment", "course__treatment"),
            *("closed_by", "owner"),
        )
        .prefetch_related(_HAPPENED)
        .order_by("due_at", "id")
    )


def _mine(rows: QuerySet[FollowUp], user: User, now: datetime) -> QuerySet[FollowUp]:
    people = Patient.objects.current().cared_for_by(user, now=now)
    rows = rows.filter(patient__in=people.values("pk"))
    return rows.filter(Q(owner__isnull=True) | Q(owner=user))


def _plain(rows: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """The rows for which `is_plain` holds."""
    kinds = set(PLAIN_WORDS) - {FollowUpKind.CALL}
    shared = Q(owner_role__in=SHARED_ROLES) & (
        Q(kind__in=kinds) | Q(kind=FollowUpKind.CALL, step=SHARED_CALL)
    )
    return rows.filter(Q(owner_role=DESK_ROLE) | shared)


def _wanted(rows: QuerySet[FollowUp], wanted: Wanted, now: datetime) -> QuerySet[FollowUp]:
    if wanted.owner_role:
        rows = rows.filter(owner_role=wanted.owner_role)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    return _at(rows, wanted.when, now)


def _at(rows: QuerySet[FollowUp], when: str, now: datetime) -> QuerySet[FollowUp]:
    if when == When.ENDED:
        return rows.exclude(status__in=OPEN)
    rows = rows.filter(status__in=OPEN)
    if when == When.OVERDUE:
        return rows.filter(due_at__lt=now)
    if when == When.LATER:
        return rows.filter(earliest_at__gt=now)
    return rows.filter(earliest_at__lte=now) if when == When.DUE else rows
