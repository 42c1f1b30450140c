"""How long somebody will wait: a plain forecast for one clinician's line.

Each clinician sees one party after the other, in this order: who is in a room, then who has arrived
and who is still to come, by planned start. A party is a visit, or all visits of one group.

* The clinician is busy until the visit in progress has lasted as long as planned. One that has
  lasted longer is expected to take `OVERRUN` more.
* Nobody is expected before their planned start, put off by the clinician's delay. Coming early
  means waiting until then, and the forecast says so.
* Whoever has not come by then is not waited for: somebody who is here goes first.
* Each party takes as long as planned, and the next begins when it is over.

So whoever is first in line, with a clinician who is free and on time, waits 0 minutes from their
planned start on. The forecast knows nothing about a visit that takes longer than planned; it moves
with the day, because it is made anew each time it is shown.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

OVERRUN = timedelta(minutes=5)
# What strangers are told is rounded up to this many minutes: a forecast is not a promise.
ROUND_TO = 5


class Stage(IntEnum):
    """How far a person has come, in the order in which a clinician sees them."""

    IN_PROGRESS = 0
    IN_ROOM = 1
    ARRIVED = 2
    COMING = 3


@dataclass(frozen=True)
class InLine:
    """One visit in a clinician's line.

    `length` is how long it takes the clinician; `since` when it reached its stage; visits of one
    `party` are seen together.
    """

    key: Hashable
    party: Hashable
    start_at: datetime
    length: timedelta
    stage: Stage
    since: datetime


@dataclass(frozen=True)
class Forecast:
    """How many whole minutes somebody will still wait, and how many are before them here."""

    minutes: int
    before: int


def forecast(
    line: Iterable[InLine], *, delay: timedelta, now: datetime
) -> Mapping[Hashable, Forecast]:
    """The forecast for each visit of one clinician's line that has not begun.

    `delay` is how late the clinician runs. Those who have not come when they would be seen are left
    out: nobody knows when they will come. Never negative; who is behind waits no shorter.
    """
    parties = _parties(line)
    free_at = _free_at([p for p in parties if p.stage is Stage.IN_PROGRESS], now)
    found: dict[Hashable, Forecast] = {}
    before = 0
    for party in sorted((p for p in parties if p.is_expected(now, delay)), key=_Party.place):
        begins_at = max(now, free_at, party.start_at + delay)
        minutes = math.ceil((begins_at - now) / timedelta(minutes=1))
        for key in party.keys:
            found[key] = Forecast(minutes, before)
        free_at = begins_at + party.length
        before += party.here
    return found


def rounded(minutes: int) -> int:
    """As a stranger is told: rounded up to `ROUND_TO` minutes."""
    return math.ceil(minutes / ROUND_TO) * ROUND_TO


@dataclass(frozen=True)
class _Party:
    keys: tuple[Hashable, ...]
    start_at: datetime
    length: timedelta
    stage: Stage
    since: datetime
    here: int

    def is_expected(self, now: datetime, delay: timedelta) -> bool:
        """Whether the clinician has yet to see them, and they are here or may still be on time."""
        if self.stage is Stage.COMING:
            return self.start_at + delay > now
        return self.stage is not Stage.IN_PROGRESS

    def place(self) -> tuple[bool, datetime, datetime, str]:
        """Where in the line: rooms first, then by planned start."""
        return (self.stage is not Stage.IN_ROOM, self.start_at, self.since, str(self.keys[0]))


def _parties(line: Iterable[InLine]) -> list[_Party]:
    """Who is seen together, as far as the first of them has come."""
    together: dict[Hashable, list[InLine]] = {}
    for visit in line:
        together.setdefault(visit.party, []).append(visit)
    return [
        _Party(
            keys=tuple(visit.key for visit in visits),
            start_at=min(visit.start_at for visit in visits),
            length=max(visit.length for visit in visits),
            stage=min(visit.stage for visit in visits),
            since=min(visit.since for visit in visits),
            here=sum(visit.stage is not Stage.COMING for visit in visits),
        )
        for visits in together.values()
    ]


def _free_at(busy: Iterable[_Party], now: datetime) -> datetime:
    ends = [party.since + party.length for party in busy]
    return max((end if end > now else now + OVERRUN for end in ends), default=now)
