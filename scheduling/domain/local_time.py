"""Wall clocks and instants: the only place where one becomes the other.

Opening hours are what a clock on the site's wall shows; everything stored and compared is an
instant in UTC. Python and SQL must agree on the two hours a year when the clock jumps, so both
conversions live here and a test compares them:

* a time that the clock skips (spring) is read with the offset from before the jump;
* a time that the clock shows twice (autumn) is read as its second occurrence.

That is PostgreSQL's own reading. It is right for hours, which only bound a working day. A time that
somebody *asks* for is not guessed: it comes with its offset, or they are asked (`instants_shown`).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def wall_instant_sql(day: str, clock: str, zone: str) -> str:
    """The SQL expression for the instant at which the clock of `zone` shows `clock` on `day`."""
    return f"(({day} + {clock}) AT TIME ZONE {zone})"


def wall_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant at which the clock of `zone` shows `clock` on `day`, as PostgreSQL reads it."""
    first = datetime.combine(day, clock, zone).replace(fold=0)
    fold = 1 if shown_twice(first) else 0
    return first.replace(fold=fold).astimezone(UTC)


def instants_shown(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """Every instant at which the clock of `zone` shows `clock` on `day`: none, one, or both of two.

    In order. For what somebody asks for: they are told that there is none, or choose among two.
    """
    local = datetime.combine(day, clock, zone)
    if is_skipped(local):
        return []
    return sorted({local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})


def is_skipped(local: datetime) -> bool:
    """Whether the clock jumps over this local time."""
    there_and_back = local.astimezone(UTC).astimezone(local.tzinfo)
    return there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None)


def shown_twice(local: datetime) -> bool:
    """Whether the clock shows this local time twice."""
    offsets = {local.replace(fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 2 and not is_skipped(local)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open range of instants that make up a local day: 23, 24 or 25 hours."""
    midnight = time()
    return wall_instant(day, midnight, zone), wall_instant(day + timedelta(days=1), midnight, zone)
