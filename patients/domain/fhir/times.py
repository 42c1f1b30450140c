"""FHIR dates and instants, which may be known only by year or month.

A partial time stands for all of its days. Where it begins something, its first day counts; where
it ends something, its last. A day in our columns is the day on the source's own wall clock. An
instant of which only the day is known stands at noon UTC, which is the same day everywhere in
America and Europe.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from patients.domain.fhir.reading import FhirError, Node

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})(T(?P<clock>[0-9:.]+)"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?")


@dataclass(frozen=True)
class FhirTime:
    """From `first_day` to `last_day`; `instant` (UTC) where a time of day was given."""

    first_day: date
    last_day: date
    instant: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        """The instant, or noon UTC of the first day."""
        return self.instant or datetime.combine(self.first_day, time(12), UTC)

    @property
    def ends_at(self) -> datetime:
        """The instant, or noon UTC of the last day."""
        return self.instant or datetime.combine(self.last_day, time(12), UTC)


def time_at(node: Node, key: str) -> FhirTime | None:
    """The element as a time. Raises `FhirError` for what is no date, or an instant without zone."""
    value = node.text(key)
    return _parsed(value, f"{node.path}.{key}") if value else None


def whole_date(node: Node, key: str) -> date:
    """A date that must be there and name its day. Raises `FhirError` otherwise."""
    found = time_at(node, key)
    if found is None:
        raise FhirError(f"{node.path}.{key} is missing.")
    if found.first_day != found.last_day:
        raise FhirError(f"{node.path}.{key} is {node.text(key)}, which names no day.")
    return found.first_day


def start_and_end(
    start: FhirTime | None, end: FhirTime | None, where: str
) -> tuple[FhirTime | None, FhirTime | None]:
    """Both, if they can follow each other. Raises `FhirError` for an end before the start."""
    if start and end:
        if start.instant and end.instant:
            is_backwards = end.instant < start.instant
        else:
            is_backwards = end.last_day < start.first_day
        if is_backwards:
            raise FhirError(f"{where} ends before it starts.")
    return start, end


def period(node: Node, key: str) -> tuple[FhirTime | None, FhirTime | None]:
    """Start and end of a Period. Raises `FhirError` for an end before the start."""
    found = node.node(key)
    return start_and_end(time_at(found, "start"), time_at(found, "end"), found.path)


def days_of(start: FhirTime | None, end: FhirTime | None) -> tuple[date | None, date | None]:
    """First and last day that start and end can mean; an end never stands before its start."""
    first = start.first_day if start else None
    last = end.last_day if end else None
    return first, max(first, last) if first and last else last


def instants_of(
    start: FhirTime | None, end: FhirTime | None
) -> tuple[datetime | None, datetime | None]:
    """Like `days_of`, as instants in UTC."""
    first = start.starts_at if start else None
    last = end.ends_at if end else None
    return first, max(first, last) if first and last else last


def _parsed(value: str, where: str) -> FhirTime:
    match = _FORM.fullmatch(value)
    if match is None:
        raise FhirError(f"{where} is {value[:40]!r}, which is no FHIR date.")
    part = match.groupdict()
    try:
        first, last = _days(int(part["year"]), part["month"], part["day"])
        instant = _instant(first, part["clock"], part["zone"]) if part["clock"] else None
    except OverflowError:
        raise FhirError(f"{where} is {value}, which lies beyond the calendar.") from None
    except ValueError as error:
        raise FhirError(f"{where} is {value[:40]!r}: {error}.") from None
    return FhirTime(first, last, instant)


def _days(year: int, month: str | None, day: str | None) -> tuple[date, date]:
    if day and month:
        only = date(year, int(month), int(day))
        return only, only
    if month:
        first = date(year, int(month), 1)
        return first, first.replace(day=monthrange(year, first.month)[1])
    return date(year, 1, 1), date(year, 12, 31)


def _instant(day: date, clock: str, zone: str | None) -> datetime:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise ValueError("the time of day is not HH:MM:SS")
    if zone is None:
        raise ValueError("a time of day needs its offset from UTC")
    hour, minute, second = (int(match[i]) for i in (1, 2, 3))
    microsecond = int((match[4] or "")[:6].ljust(6, "0"))
    # FHIR admits leap seconds; datetime does not.
    local = datetime.combine(day, time(hour, minute, min(second, 59), microsecond), _offset(zone))
    if second > 60:
        raise ValueError("a minute has 60 seconds")
    return local.astimezone(UTC)


def _offset(zone: str) -> timezone:
    if zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError("no place is that far from UTC")
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if zone[0] == "-" else ahead)
