"""How the work that happens by itself stands: what waits, what is stuck, and who is alive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, F, Max, Value
from django.db.models.functions import StrIndex, Substr

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.messaging.models import (
    Channel,
    Heartbeat,
    Message,
    MessageStatus,
    PausedKind,
    Process,
)
from clinic.messaging.receipts import LOOKED_BACK, WITHIN, tells
from clinic.shared.prepared import all_rows
from scheduling.domain.lengths import in_words
from scheduling.queries.nightly import OPERATE

_STATEMENT = Path(__file__).with_suffix(".sql").read_text()
# Ticks come every few seconds: who is silent for so long is not there.
SILENCE = timedelta(minutes=2)
MOST_REASONS = 30


@dataclass(frozen=True)
class Promise:
    """What waits in a queue, in words, and how long it may: None where waiting is no trouble."""

    title: str
    within: timedelta | None
    means: str


# In the order of the page. docs/operations.md says what to do when one is late.
PROMISES: Mapping[str, Promise] = {
    "email": Promise("E-mail", timedelta(minutes=2), "due to be sent"),
    "sms": Promise("Text messages", timedelta(minutes=2), "due to be sent"),
    "receipts": Promise("No word since", timedelta(hours=1), "sent, and nobody told if it arrived"),
    "texts": Promise("Texts that came in", timedelta(minutes=2), "nobody has handled yet"),
    "reminders": Promise("Reminders", timedelta(minutes=5), "rules that have not looked lately"),
    "paused": Promise("Paused messages", None, "wait until their kind is resumed"),
    "openings": Promise("Freed times", timedelta(minutes=2), "to be offered to the waitlist"),
    "holds": Promise("Holds", timedelta(minutes=2), "ran out and are to be cleared away"),
    "histories": Promise("Changed histories", timedelta(minutes=5), "people to look at again"),
    "rules": Promise("Look at all visits", timedelta(hours=4), "visits still to look at"),
    "nights": Promise("Nightly jobs", timedelta(hours=2), "begun and not finished"),
    "follow_ups": Promise("Follow-ups", timedelta(days=2), "past the day they were due"),
}


@dataclass(frozen=True)
class Queue:
    """How many wait, and since when the oldest has been due (None if nothing waits)."""

    name: str
    waiting: int
    oldest_at: datetime | None
    now: datetime

    @property
    def promise(self) -> Promise:
        """What it is, and how long it may wait."""
        return PROMISES[self.name]

    @property
    def age(self) -> timedelta:
        """For how long the oldest has waited."""
        return max(self.now - self.oldest_at, timedelta()) if self.oldest_at else timedelta()

    @property
    def is_late(self) -> bool:
        """Whether it waits for longer than was promised."""
        return self.promise.within is not None and self.age > self.promise.within

    @property
    def bar(self) -> tuple[int, int, int]:
        """Seconds waited, promised, and at the end of a drawn bar, which is twice the promise."""
        promised = int((self.promise.within or timedelta(days=1)).total_seconds())
        return min(int(self.age.total_seconds()), promised * 2), promised, promised * 2


@dataclass(frozen=True)
class Alive:
    """When a process was last seen; `seen_at` is None if it never was."""

    process: Process
    seen_at: datetime | None
    now: datetime

    @property
    def age(self) -> timedelta | None:
        """For how long it has not been seen."""
        return None if self.seen_at is None else max(self.now - self.seen_at, timedelta())

    @property
    def is_silent(self) -> bool:
        """Whether somebody should look after it."""
        return self.age is None or self.age > SILENCE

    @property
    def sentence(self) -> str:
        """What to tell whoever runs the clinic."""
        if self.age is None:
            return f"{self.process.label} has never been seen."
        if not self.is_silent:
            return f"{self.process.label} is at work."
        return f"{self.process.label} has not been seen for {in_words(self.age)}."


@dataclass(frozen=True)
class Parked:
    """Messages that were given up for the same reason, which names nobody."""

    kind: str
    reason: str
    count: int
    newest_at: datetime


def queues(viewer: Viewer, *, now: datetime) -> list[Queue]:
    """Every queue, empty ones too, in one statement. Raises `NotAllowed`."""
    _check(viewer)
    kinds = [row.kind for row in paused_kinds(viewer)]
    before = {channel: now - WITHIN[channel] if tells(channel) else None for channel in Channel}
    told = {
        "now": now,
        "paused": kinds,
        "sms_before": before[Channel.SMS],
        "email_before": before[Channel.EMAIL],
        "looked_back": now - LOOKED_BACK,
    }
    rows = all_rows(_STATEMENT, told)
    found = {name: Queue(name, int(waiting), oldest, now) for name, waiting, oldest in rows}
    return [found[name] for name in PROMISES]


def processes(viewer: Viewer, *, now: datetime) -> list[Alive]:
    """When beat and the worker were last seen. Raises `NotAllowed`."""
    _check(viewer)
    seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    return [Alive(process, seen.get(process), now) for process in Process]


def silent_processes(viewer: Viewer, *, now: datetime) -> list[Alive]:
    """Those that a manager must hear of wherever their day begins; nobody else is told."""
    if not viewer.has_perm(OPERATE):
        return []
    return [alive for alive in processes(viewer, now=now) if alive.is_silent]


def paused_kinds(viewer: Viewer) -> list[PausedKind]:
    """What waits because somebody said so, with who and why. Raises `NotAllowed`."""
    _check(viewer)
    rows = PausedKind.objects.filter(resumed_at__isnull=True)
    return list(rows.select_related("paused_by").order_by("kind"))


def parked(viewer: Viewer) -> Sequence[Parked]:
    """Given up and not looked after yet: by kind and reason. Raises `NotAllowed`.

    What stands after a colon may quote an address, so only what stands before it is shown.
    """
    _check(viewer)
    colon = StrIndex(F("last_error"), Value(":"))
    rows = (
        Message.objects.filter(status=MessageStatus.PARKED)
        .annotate(reason=Substr("last_error", 1, colon - 1))
        .order_by()
    )
    with_colon: Any = rows.filter(last_error__contains=":").values("kind", "reason")
    without: Any = rows.exclude(last_error__contains=":").values("kind", "last_error")
    told = [
        *with_colon.annotate(number=Count("pk"), newest_at=Max("created_at")),
        *without.annotate(number=Count("pk"), newest_at=Max("created_at")),
    ]
    found = [
        Parked(
            Message(kind=row["kind"]).get_kind_display(),
            row.get("reason") or row.get("last_error", ""),
            row["number"],
            row["newest_at"],
        )
        for row in told
    ]
    return sorted(found, key=lambda one: one.newest_at, reverse=True)[:MOST_REASONS]


def messages_lately(viewer: Viewer, *, now: datetime) -> list[tuple[str, str, int]]:
    """Messages written within a day, as kind, status and number. Raises `NotAllowed`."""
    _check(viewer)
    rows = Message.objects.filter(created_at__gte=now - timedelta(days=1)).order_by()
    return list(rows.values_list("kind", "status").annotate(number=Count("pk")))


def _check(viewer: Viewer) -> None:
    if viewer is not THE_CLINIC:
        require(viewer, OPERATE)
