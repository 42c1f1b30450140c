"""Spans of calendar time: "12 months", "14 days"; and the rolling windows made of them.

A window of twelve months that ends on a day reaches back to the same day of the year before, which
itself is outside: sources say "rolling 12 months" and no more (clinical rules, section 0.3). Where
a month has no such day its last one is meant: a month before 31 March is 28 or 29 February.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_ISO = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
)
_IN_EVERY_MONTH = 28


@dataclass(frozen=True)
class Span:
    """Whole months and whole days; the months are gone first."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read an ISO 8601 duration of days or longer: "P12M", "P14D". Raises `ValueError`."""
        match = _ISO.fullmatch(str(text))
        parts = (
            {name: int(value) for name, value in match.groupdict().items() if value}
            if match
            else {}
        )
        if not parts:
            raise ValueError(f"“{text}” is no span of time like P12M or P14D.")
        return cls(
            months=12 * parts.get("years", 0) + parts.get("months", 0),
            days=7 * parts.get("weeks", 0) + parts.get("days", 0),
        )

    def before(self, day: date) -> date:
        """The day this long before `day`."""
        return _moved(day, -self.months) - timedelta(days=self.days)

    def after(self, day: date) -> date:
        """The day this long after `day`."""
        return _moved(day, self.months) + timedelta(days=self.days)

    def may_reach(self, day: date, on: date) -> bool:
        """Whether `on` may lie within this of a day before it; a quick look, never wrongly no."""
        return (on - day).days <= 31 * self.months + self.days + 3

    def first_day_free_of(self, day: date) -> date:
        """The first day whose window of this length does not reach back to `day` any more."""
        free = self.after(day) - timedelta(days=3)
        while self.before(free) < day:
            free += timedelta(days=1)
        return free

    def __str__(self) -> str:
        """As it is read: "12 months", "14 days"."""
        parts = [(self.months, "month"), (self.days, "day")]
        return " and ".join(f"{n} {word}{'s' if n > 1 else ''}" for n, word in parts if n)


def in_window(day: date, *, end: date, span: Span) -> bool:
    """Whether `day` lies in the window that ends on `end`, which belongs to it."""
    return span.before(end) < day <= end


def _moved(day: date, months: int) -> date:
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= _IN_EVERY_MONTH:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
