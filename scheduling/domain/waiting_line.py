"""Who is asked when a time becomes free, in which order, and how long they have to answer.

Everybody gets ahead by waiting: a more pressing wish only counts as if it had waited longer. So
whoever waits is asked in the end, whatever else comes in (ADR 14).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.domain.local_time import wall_instant

# How much waiting a priority is worth: 1 is the most pressing.
HEAD_START = {1: timedelta(days=28), 2: timedelta(days=14), 3: timedelta()}
# Each offer that came to nothing lets others go first for a while, but not for ever.
SET_BACK = timedelta(days=1)
MOST_SET_BACK = 7 * SET_BACK

# Every start that can be booked lies on this grid.
GRID = timedelta(minutes=5)

SHORTEST_OFFER = timedelta(minutes=5)
# From how far away a time is: how long it stays offered to one person.
OFFER_LASTS = (
    (timedelta(hours=48), timedelta(hours=4)),
    (timedelta(hours=24), timedelta(hours=2)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(hours=3), timedelta(minutes=20)),
    (timedelta(), timedelta(minutes=15)),
)
EVENING, MORNING = time(21), time(8, 30)


@dataclass(frozen=True)
class Stretch:
    """Time that became free, half-open. Without a clinician, anybody's.

    If `is_closed`, nothing beside it is free: a visit must lie inside it. Otherwise it only has to
    use some of it.
    """

    start_at: datetime
    end_at: datetime
    clinician_id: int | None = None
    is_closed: bool = False


@dataclass(frozen=True)
class Waiting:
    """One person's wish, as far as ranking asks. Days and times are by the clock of `zone`.

    `minutes` is the length of the visit; `notice` how long they need to get here. Empty `weekdays`
    mean any (1 is Monday). `sooner_than` is the visit they have already. `offered` are the spans
    that were offered to them before: nobody is asked twice about the same time.
    """

    key: UUID
    since: datetime
    minutes: int
    zone: ZoneInfo
    earliest_date: date
    latest_date: date
    priority: int = 3
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    notice: timedelta = timedelta()
    clinician_id: int | None = None
    sooner_than: datetime | None = None
    offered: tuple[tuple[datetime, datetime], ...] = ()
    unused_offers: int = 0

    @property
    def place_in_line(self) -> datetime:
        """The earlier, the sooner they are asked."""
        set_back = min(self.unused_offers * SET_BACK, MOST_SET_BACK)
        return self.since - HEAD_START[self.priority] + set_back


def accepts(waiting: Waiting, start_at: datetime, now: datetime) -> bool:
    """Whether somebody would come at this very start, by all that they said."""
    local = start_at.astimezone(waiting.zone)
    end_at = start_at + timedelta(minutes=waiting.minutes)
    return (
        start_at >= now + waiting.notice
        and waiting.earliest_date <= local.date() <= waiting.latest_date
        and (not waiting.weekdays or local.isoweekday() in waiting.weekdays)
        and (waiting.from_time is None or local.time() >= waiting.from_time)
        and (waiting.until_time is None or local.time() < waiting.until_time)
        and (waiting.sooner_than is None or start_at < waiting.sooner_than)
        and not any(begin < end_at and start_at < end for begin, end in waiting.offered)
    )


def uses(stretch: Stretch, start_at: datetime, minutes: int) -> bool:
    """Whether a visit at this start makes use of the stretch (and stays in it, if it must)."""
    end_at = start_at + timedelta(minutes=minutes)
    if stretch.is_closed:
        return stretch.start_at <= start_at and end_at <= stretch.end_at
    return start_at < stretch.end_at and stretch.start_at < end_at


def first_starts(stretch: Stretch, starts: Iterable[datetime], minutes: int) -> list[datetime]:
    """Those of the starts that use the stretch: first those that stay inside it, then by time."""
    inside = Stretch(stretch.start_at, stretch.end_at, is_closed=True)
    fitting = {start for start in starts if uses(stretch, start, minutes)}
    return sorted(fitting, key=lambda start: (not uses(inside, start, minutes), start))


def fits(waiting: Waiting, stretch: Stretch, now: datetime) -> bool:
    """Whether there is any start in the stretch that this person would take."""
    if waiting.clinician_id not in {None, stretch.clinician_id or waiting.clinician_id}:
        return False
    reach = timedelta() if stretch.is_closed else timedelta(minutes=waiting.minutes)
    start = _on_grid(max(stretch.start_at - reach, now))
    while start < stretch.end_at:
        if uses(stretch, start, waiting.minutes) and accepts(waiting, start, now):
            return True
        start += GRID
    return False


def line(people: Iterable[Waiting], stretch: Stretch, now: datetime) -> list[Waiting]:
    """Who could take some of the stretch, in the order in which they are asked."""
    fitting = [waiting for waiting in people if fits(waiting, stretch, now)]
    return sorted(fitting, key=lambda waiting: (waiting.place_in_line, waiting.key))


def offer_ends(
    start_at: datetime, now: datetime, *, notice: timedelta, zone: ZoneInfo
) -> datetime | None:
    """Until when a time is kept for somebody who is asked now; None if it is too late to ask.

    The sooner the time, the shorter. An offer that would run out in the night lasts until morning.
    Whoever says yes at the last moment still has their `notice` to get here.
    """
    last = start_at - notice
    if last - now < SHORTEST_OFFER:
        return None
    away = start_at - now
    lasts = next(length for least, length in OFFER_LASTS if away >= least)
    return min(_after_the_night(now + lasts, zone), last)


def _after_the_night(end: datetime, zone: ZoneInfo) -> datetime:
    local = end.astimezone(zone)
    if MORNING <= local.time() < EVENING:
        return end
    day = local.date() + timedelta(days=1 if local.time() >= EVENING else 0)
    return max(end, wall_instant(day, MORNING, zone))


def _on_grid(instant: datetime) -> datetime:
    past = timedelta(
        minutes=instant.minute % 5, seconds=instant.second, microseconds=instant.microsecond
    )
    return instant if not past else instant - past + GRID
