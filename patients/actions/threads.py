"""Writing in the portal: people to their clinic, and the clinic back.

What sets off an alarm stands above (`treatments.actions.letters`): people write through it.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as N_

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Team, User
from clinic.messaging.actions import queue_message
from clinic.messaging.models import MessageKind
from clinic.messaging.texts import render
from clinic.shared.actions import action
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.uploads import CheckedFile
from patients.actions.standing import lock_record
from patients.domain.talk import (
    A_DAY,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    MOST_A_DAY,
    MOST_URGENT_A_DAY,
    SAME_PRESS,
)
from patients.domain.urgent_words import signs_in
from patients.models import Document, Patient, Thread, ThreadMessage
from patients.models.document import DocumentKind
from patients.models.thread import ThreadStatus, ThreadTopic
from patients.queries import own_record
from patients.queries.reach import recipient
from patients.queries.threads import ANSWERING, may_read

WRITING = "patients.write_messages"


class TooManyMessages(Conflict):
    """Somebody wrote very often today."""

    code = "too_many_messages"
    default_sentence = N_(
        "You have sent many messages today. We read every one. If you need us now, please call."
    )


@dataclass(frozen=True)
class Letter:
    """What a person writes. `answer_due_at` is when they were told to have an answer."""

    body: str
    answer_due_at: datetime
    file: CheckedFile | None = None
    has_called: bool = False


@dataclass(frozen=True)
class Opening:
    """What a new thread is about, and the people of which place read it."""

    topic: ThreadTopic
    subject: str
    team: Team | None = None


@dataclass(frozen=True)
class Written:
    """The message; not `is_new` if the same press came twice and wrote nothing."""

    message: ThreadMessage
    is_new: bool = True


@action
def start_thread(
    *, patient: Patient, opening: Opening, letter: Letter, by: User, now: datetime
) -> Written:
    """Write to the clinic about something new; the same words once more are the same press.

    Raises `Invalid`, `TooManyMessages`, `NotFound` for a record that is not the writer's.
    """
    body, patient = _may_write(patient, letter, by, now)
    subject = " ".join(opening.subject.split())[:LONGEST_SUBJECT]
    if not subject:
        raise Invalid(N_("Say in a few words what it is about."))
    again = _again(patient, body, now).filter(thread__subject=subject).first()
    if again is not None:
        return Written(again, is_new=False)
    _count(f"{subject}\n{body}", by, now)
    thread = Thread.objects.create(
        patient=patient,
        team=opening.team,
        topic=opening.topic,
        subject=subject,
        opened_by=by,
        opened_at=now,
        last_at=now,
    )
    return Written(_write(thread, letter, body, by, now, subject))


@action
def write_on(*, thread: Thread, letter: Letter, by: User, now: datetime) -> Written:
    """Write on in a thread; one that was closed is open again.

    Raises `Invalid`, `TooManyMessages`, `NotFound` for a record that is not the writer's.
    """
    body, patient = _may_write(thread.patient, letter, by, now)
    current = _locked(thread)
    again = _again(patient, body, now).filter(thread=current).first()
    if again is not None:
        return Written(again, is_new=False)
    _count(body, by, now)
    return Written(_write(current, letter, body, by, now))


@action
def note_read(*, thread: Thread, by: User, now: datetime) -> None:
    """The person has seen what the clinic wrote. Raises `NotFound` for somebody else's."""
    require(by, WRITING)
    own_record(by, thread.patient_id, now=now)
    unread = ThreadMessage.objects.filter(thread=thread, from_patient=False, read_at=None)
    unread.update(read_at=now)


@action
def answer_thread(
    *, thread: Thread, body: str, zone: ZoneInfo, by: User, now: datetime
) -> ThreadMessage:
    """Answer as the clinic. The person is told that something came, not what, once until they read.

    Raises `Invalid`, `NotFound` for what one may not read.
    """
    text = _text(body)
    current = _for_staff(thread, by, now)
    again = ThreadMessage.objects.filter(
        thread=current, from_patient=False, by=by, body=text, sent_at__gte=now - SAME_PRESS
    ).first()
    if again is not None:
        return again
    message = ThreadMessage.objects.create(
        thread=current, by=by, from_patient=False, body=text, sent_at=now
    )
    _waits_no_more(current)
    current.status, current.last_at = ThreadStatus.OPEN, now
    current.assigned_to = current.assigned_to or by
    current.save()
    _tell(current, zone, by, now)
    return message


@action
def take_thread(*, thread: Thread, by: User, now: datetime) -> Thread:
    """Say that one is on it. Raises `NotFound` for what one may not read."""
    current = _for_staff(thread, by, now)
    current.assigned_to = by
    current.save(update_fields=["assigned_to"])
    return current


@action
def close_thread(*, thread: Thread, by: User, now: datetime) -> Thread:
    """Nobody has to do anything about it any more. Raises `NotFound` for what one may not read."""
    current = _for_staff(thread, by, now)
    _waits_no_more(current)
    current.status = ThreadStatus.CLOSED
    current.save()
    return current


@action
def reopen_thread(*, thread: Thread, by: User, now: datetime) -> Thread:
    """It is to be worked on after all. Raises `NotFound` for what one may not read."""
    current = _for_staff(thread, by, now)
    current.status = ThreadStatus.OPEN
    current.save(update_fields=["status"])
    return current


def _may_write(patient: Patient, letter: Letter, by: User, now: datetime) -> tuple[str, Patient]:
    require(by, WRITING)
    body = _text(letter.body)
    own = own_record(by, patient.pk, now=now)
    lock_record(own)
    return body, own


def _text(body: str) -> str:
    text = body.strip()
    if not text:
        raise Invalid(N_("Write a message first."))
    if len(text) > LONGEST_BODY:
        raise Invalid(N_("This message is too long. Please send it in two parts."))
    return text


def _again(patient: Patient, body: str, now: datetime) -> "QuerySet[ThreadMessage]":
    return ThreadMessage.objects.filter(
        thread__patient=patient, from_patient=True, body=body, sent_at__gte=now - SAME_PRESS
    ).order_by("-sent_at")


def _count(body: str, by: User, now: datetime) -> None:
    """What names a danger gets through when nothing else does any more."""
    sent = ThreadMessage.objects.filter(by=by, from_patient=True, sent_at__gt=now - A_DAY).count()
    if sent >= (MOST_URGENT_A_DAY if signs_in(body) else MOST_A_DAY):
        raise TooManyMessages


def _write(
    thread: Thread, letter: Letter, body: str, by: User, now: datetime, subject: str = ""
) -> ThreadMessage:
    signs = signs_in(f"{subject}\n{body}")
    message = ThreadMessage.objects.create(
        thread=thread,
        by=by,
        from_patient=True,
        body=body,
        sent_at=now,
        signs=signs,
        has_called=letter.has_called and bool(signs),
        document=_filed(thread.patient, letter.file, by),
    )
    thread.asked_at = thread.asked_at or now
    thread.answer_due_at = thread.answer_due_at or letter.answer_due_at
    thread.is_urgent = thread.is_urgent or bool(signs)
    thread.status, thread.last_at = ThreadStatus.OPEN, now
    thread.save()
    return message


def _filed(patient: Patient, file: CheckedFile | None, by: User) -> Document | None:
    """The file among the person's papers; the very same one is kept once."""
    if file is None:
        return None
    found, _is_new = Document.objects.get_or_create(
        patient=patient,
        kind=DocumentKind.MESSAGE,
        digest=file.digest,
        defaults={"media_type": file.media_type, "content": file.content, "filed_by": by},
    )
    return found


def _locked(thread: Thread) -> Thread:
    found: Thread = (
        Thread.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient")
        .get(pk=thread.pk)
    )
    return found


def _for_staff(thread: Thread, by: User, now: datetime) -> Thread:
    require(by, ANSWERING)
    lock_record(thread.patient)
    current = _locked(thread)
    may_read(by, current, now=now)
    return current


def _waits_no_more(thread: Thread) -> None:
    thread.asked_at, thread.answer_due_at, thread.is_urgent = None, None, False


def _tell(thread: Thread, zone: ZoneInfo, by: User, now: datetime) -> None:
    """Whoever reads the message learns that the clinic wrote, and nothing of what about."""
    unread = ThreadMessage.objects.filter(thread=thread, from_patient=False, read_at=None)
    first = unread.order_by("sent_at", "id").values_list("pk", flat=True).first()
    to = recipient(THE_CLINIC, thread.patient, zone=zone, now=now)
    context = {"link": public_address("patient:records"), "name": thread.patient.given_names}
    queue_message(
        kind=MessageKind.PORTAL_MESSAGE,
        to=to,
        text=render("patients/messages/new_letter", to.language, context),
        about=f"thread:{thread.pk}",
        dedupe_key=f"thread:{thread.pk}:unread:{first}",
        patient_id=thread.patient_id,
        by=by,
        now=now,
    )
