"""What people write in the portal, and the alarm that words which name a danger set off.

Both are one transaction: a message that names a danger exists exactly if a clinician is told.
"""

from datetime import datetime

from clinic.accounts.models import User
from clinic.shared.actions import action
from patients.actions.threads import Letter, Opening, Written, start_thread, write_on
from patients.domain.urgent_words import SIGNS, urgency_of
from patients.models import Patient, Thread, ThreadMessage
from treatments.actions.alarms import LONGEST_WORDS, Told, tell_well_being
from treatments.models import CatalogueEntry, Section, ToldBy


@action
def send_first_letter(
    *, patient: Patient, opening: Opening, letter: Letter, by: User, now: datetime
) -> ThreadMessage:
    """Start a thread (`start_thread`, with all it raises); a danger reaches the physicians."""
    written = start_thread(patient=patient, opening=opening, letter=letter, by=by, now=now)
    _tell_of_danger(written, now)
    return written.message


@action
def send_letter(*, thread: Thread, letter: Letter, by: User, now: datetime) -> ThreadMessage:
    """Write on in a thread (`write_on`, with all it raises); a danger reaches the physicians."""
    written = write_on(thread=thread, letter=letter, by=by, now=now)
    _tell_of_danger(written, now)
    return written.message


def _tell_of_danger(written: Written, now: datetime) -> None:
    """Once a message, however often it was pressed."""
    message = written.message
    if not message.signs or not written.is_new:
        return
    wanted = {SIGNS[key].flag for key in message.signs} - {""}
    known = CatalogueEntry.objects.filter(section=Section.RED_FLAG, pk__in=wanted)
    told = Told(
        flags=frozenset(known.values_list("pk", flat=True)),
        words=_words(message),
        told_by=ToldBy.LETTER,
        urgency=urgency_of(message.signs),
    )
    tell_well_being(patient=message.thread.patient, told=told, by=None, now=now)


def _words(message: ThreadMessage) -> str:
    """What was named, then the message, as long as fits."""
    named = ", ".join(message.urgent_words)
    called = " They say that they have called." if message.has_called else ""
    return f"{named}.{called} {message.body}"[:LONGEST_WORDS]
