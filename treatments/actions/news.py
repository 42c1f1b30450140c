"""Writing newsletters, and sending them to whoever wants them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, User
from clinic.messaging.actions.queue import queue_message
from clinic.messaging.models import Channel, MessageKind
from clinic.messaging.recipients import Recipient
from clinic.messaging.texts import render
from clinic.messaging.unsubscribe import stop_news_address
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from clinic.shared.prepared import written_together
from patients.models import Patient
from patients.queries.reach import recipients
from treatments.facts.people import clinic_zone
from treatments.models import CatalogueEntry, Newsletter
from treatments.queries.news import SEND, readers

BATCH = 200


class AlreadySent(Conflict):
    """What is out cannot be changed, and is not sent again."""

    code = "newsletter_sent"
    default_sentence = "This letter is on its way already."


@dataclass(frozen=True)
class Letter:
    """What it says, and to whom: see `Newsletter`."""

    title_en: str
    body_en: str
    title_es: str
    body_es: str
    causes: Sequence[str]


@action
def write_newsletter(*, letter: Letter, by: User, now: datetime) -> Newsletter:
    """Keep a letter; nobody gets it yet. Raises `Invalid` for a title that names the condition."""
    require(by, SEND)
    _check(letter)
    return Newsletter.objects.create(**asdict(letter), created_at=now, created_by=by)


@action
def change_newsletter(
    *, newsletter: Newsletter, letter: Letter, by: User, now: datetime
) -> Newsletter:
    """Write it anew, as long as it is not sent. Raises `AlreadySent`, `Invalid`."""
    require(by, SEND)
    _check(letter)
    row = _unsent(newsletter)
    for name, value in asdict(letter).items():
        setattr(row, name, value)
    row.save()
    return row


@action
def send_newsletter(*, newsletter: Newsletter, by: User, now: datetime) -> Newsletter:
    """Hand it to the worker, who writes to each person once. Raises `AlreadySent`."""
    require(by, SEND)
    row = _unsent(newsletter)
    row.sent_at, row.sent_by = now, by
    row.save(update_fields=["sent_at", "sent_by"])
    return row


@action
def write_to_readers(*, limit: int = BATCH, by: str, now: datetime) -> int | None:
    """Write the next messages of the oldest letter that is on its way; None if there is none.

    Where it goes on is saved with the messages, so a worker that is killed leaves no gap; and a
    person's key is used once, so nobody gets a letter twice.
    """
    rows = Newsletter.objects.filter(sent_at__isnull=False, finished_at__isnull=True)
    letter = rows.order_by("sent_at").select_for_update(skip_locked=True, of=("self",)).first()
    if letter is None:
        return None
    people = readers(THE_CLINIC, letter.causes, now=now).order_by("pk")
    if letter.at_id:
        people = people.filter(pk__gt=letter.at_id)
    batch = list(people[:limit])
    letter.written += _write(letter, batch, now)
    letter.at_id = batch[-1].pk if batch else letter.at_id
    letter.finished_at = now if len(batch) < limit else None
    letter.save(update_fields=["written", "at_id", "finished_at"])
    return len(batch)


def _write(letter: Newsletter, people: Sequence[Patient], now: datetime) -> int:
    found = recipients(THE_CLINIC, people, zone=clinic_zone(), now=now)
    reached = {key: to for key, to in found.items() if _gets_mail(to)}
    with written_together():
        for patient_id, to in reached.items():
            spanish = to.language.startswith("es")
            told = {
                "title": letter.title_es if spanish else letter.title_en,
                "body": letter.body_es if spanish else letter.body_en,
                "link": stop_news_address(patient_id, written_at=now),
            }
            queue_message(
                kind=MessageKind.NEWSLETTER,
                to=to,
                text=render("treatments/messages/newsletter", "es" if spanish else "en", told),
                about=f"newsletter:{letter.pk}",
                dedupe_key=f"newsletter:{letter.pk}:{patient_id}",
                patient_id=patient_id,
                by=THE_CLINIC,
                now=now,
            )
    return len(reached)


def _gets_mail(to: Recipient) -> bool:
    is_stopped = to.stopped is not None and Channel.EMAIL in to.stopped
    return to.channel is not None and bool(to.email) and not is_stopped


def _check(letter: Letter) -> None:
    """A subject is read by whoever passes the screen."""
    titles = f"{letter.title_en} {letter.title_es}".casefold()
    for row in CatalogueEntry.objects.filter(pk__in=letter.causes):
        if any(name and name.casefold() in titles for name in (row.name, row.name_es)):
            raise Invalid(
                f"The title names the condition ({row.name}). It is the subject of the mail, and "
                "others may read it: say it in the letter instead."
            )


def _unsent(newsletter: Newsletter) -> Newsletter:
    row = Newsletter.objects.select_for_update().get(pk=newsletter.pk)
    if row.sent_at:
        raise AlreadySent
    return row
