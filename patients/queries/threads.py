"""Reading what people and their clinic write to each other: their own, and what staff may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import TeamMember, User, Viewer, as_user
from clinic.audit.models import ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.domain.talk import CLINICAL
from patients.models import Document, Patient, Thread, ThreadMessage
from patients.models.thread import ThreadStatus

ANSWERING = "patients.answer_messages"
LONGEST_LIST = 200


@dataclass(frozen=True)
class Waiting:
    """A thread on the staff's list.

    `is_hidden`: it is for the care team, and the viewer is not of it: only that somebody waits.
    """

    thread: Thread
    is_hidden: bool
    is_late: bool


@dataclass(frozen=True)
class WaitingCount:
    """How many threads wait for an answer, and how many of them name a danger."""

    all: int = 0
    urgent: int = 0

    @property
    def words(self) -> str:
        """What a number alone does not say."""
        return f"to answer, {self.urgent} urgent" if self.urgent else "to answer"


def own_threads(viewer: Viewer, patient: Patient) -> list[Thread]:
    """What the person wrote about, newest first, each with `unread`. From `own_record`."""
    require(viewer, "patients.view_own")
    record_read(viewer, "own messages", [patient.pk], kind=ReadKind.LIST)
    unread = Count("messages", filter=Q(messages__from_patient=False, messages__read_at=None))
    rows = Thread.objects.filter(patient=patient).annotate(unread=unread)
    return list(rows[:LONGEST_LIST])


def count_unread(viewer: Viewer, patient: Patient) -> int:
    """How many answers the person has not read yet. From `own_record`."""
    require(viewer, "patients.view_own")
    return ThreadMessage.objects.filter(
        thread__patient=patient, from_patient=False, read_at=None
    ).count()


def access_own_thread(viewer: Viewer, patient: Patient, thread_id: UUID) -> Thread:
    """One of them, with what was written. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.view_own")
    found = Thread.objects.filter(patient=patient, pk=thread_id).select_related("patient").first()
    if found is None:
        raise NotFound
    record_read(viewer, "own messages", [patient.pk])
    return found


def messages_of(viewer: Viewer, thread: Thread) -> list[ThreadMessage]:
    """What was written in a thread that came through a door, oldest first."""
    if as_user(viewer) is None:
        raise NotFound
    rows = ThreadMessage.objects.filter(thread=thread).select_related("by", "document")
    return list(rows.defer("document__content"))


def access_file(viewer: Viewer, thread: Thread, document_id: UUID) -> Document:
    """A file that came with a message of a thread from a door. Raises `NotFound`."""
    rows = Document.objects.filter(pk=document_id, thread_messages__thread=thread)
    found = rows.select_related("patient").first()
    if found is None or as_user(viewer) is None:
        raise NotFound
    record_read(viewer, "file of a message", [thread.patient_id], kind=ReadKind.EXPORT)
    return found


def waiting_threads(
    viewer: Viewer, *, closed: bool = False, patient_id: UUID | None = None, now: datetime
) -> list[Waiting]:
    """What staff have to answer: dangers first, then what waits longest, then what is answered.

    Of one person (`patient_id`) whatever is open or closed. Raises `NotAllowed`.
    """
    user = require(viewer, ANSWERING)
    status = ThreadStatus.CLOSED if closed else ThreadStatus.OPEN
    seen = Q(pk__in=_of_places(user).values("pk")) | Q(pk__in=_readable(user, now).values("pk"))
    which = Q(patient=patient_id) if patient_id else Q(status=status)
    rows = Thread.objects.filter(seen, which).select_related("patient", "assigned_to")
    rows = rows.annotate(may_read=Exists(_readable(user, now).filter(pk=OuterRef("pk"))))
    rows = rows.order_by("-is_urgent", F("asked_at").asc(nulls_last=True), "-last_at", "id")
    found = [
        Waiting(row, not row.may_read, bool(row.answer_due_at and row.answer_due_at < now))
        for row in rows[:LONGEST_LIST]
    ]
    # Of what is not theirs to read, only what nobody answers is shown: that somebody waits.
    shown = [one for one in found if not one.is_hidden or one.thread.asked_at]
    record_read(
        user, "patient messages", {one.thread.patient_id for one in shown}, kind=ReadKind.LIST
    )
    return shown


def count_waiting(viewer: Viewer, *, now: datetime) -> WaitingCount:
    """How many threads wait for an answer that the viewer may read. Raises `NotAllowed`.

    Asked for each page of staff: it looks at those that wait, and shows nobody.
    """
    user = require(viewer, ANSWERING)
    rows = _readable(user, now).filter(asked_at__isnull=False)
    return WaitingCount(**rows.aggregate(all=Count("pk"), urgent=Count("pk", Q(is_urgent=True))))


def access_thread(viewer: Viewer, thread_id: UUID, *, now: datetime) -> Thread:
    """One of them, for staff. Raises `NotFound` for what one may not read, `NotAllowed`."""
    user = require(viewer, ANSWERING)
    rows = _readable(user, now).select_related("patient", "assigned_to")
    found = rows.filter(pk=thread_id).first()
    if found is None:
        raise NotFound
    record_read(user, "patient messages", [found.patient_id])
    return found


def may_read(viewer: User, thread: Thread, *, now: datetime) -> None:
    """Raises `NotFound` unless the viewer may read this thread as staff, and `NotAllowed`."""
    user = require(viewer, ANSWERING)
    if not _readable(user, now).filter(pk=thread.pk).exists():
        raise NotFound


def _of_places(user: User) -> QuerySet[Thread]:
    """Those of the places where the user works; without a place they are everybody's."""
    works_here = TeamMember.objects.filter(team=OuterRef("team"), user=user)
    here = Q(team__isnull=True) | Exists(works_here)
    return Thread.objects.filter(here, patient__replaced_by=None)


def _readable(user: User, now: datetime) -> QuerySet[Thread]:
    """What is no clinical matter, at one's places; what is, about people whose chart is open."""
    plain = ~Q(topic__in=sorted(CLINICAL)) & Q(pk__in=_of_places(user).values("pk"))
    if not user.has_perm("patients.view_chart"):
        return Thread.objects.filter(plain, patient__replaced_by=None)
    people = Patient.objects.current().cared_for_by(user, now=now)
    # Person by person: few threads wait, and whom one cares for may be thousands.
    about = Q(Exists(people.filter(pk=OuterRef("patient"))), topic__in=sorted(CLINICAL))
    return Thread.objects.filter(plain | about, patient__replaced_by=None)
